using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Reflection;
using Hone.Core.Random;

namespace Hone.Models.Checkpoints.Hub;

/// <summary>Sends requests to the hub: with the token where it belongs, again where that helps, and with errors that say what to do.</summary>
internal sealed class HubTransport
{
    private const int MaxRedirects = 5;
    private const int MaxErrorChars = 400;
    private static readonly TimeSpan s_firstDelay = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan s_longestDelay = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_longestRetryAfter = TimeSpan.FromMinutes(5);

    private readonly HttpClient _http;
    private readonly HubOptions _options;
    private readonly TimeProvider _clock;
    private readonly Func<TimeSpan, CancellationToken, Task> _wait;
    private readonly RandomStream _jitter;
    private readonly Lock _jitterLock = new();

    /// <param name="http">Sends the requests.</param>
    /// <param name="options">Where the hub is.</param>
    /// <param name="clock">Measures waiting times.</param>
    /// <param name="wait">Waits between attempts; by the clock if not given.</param>
    public HubTransport(HttpClient http, HubOptions options, TimeProvider clock, Func<TimeSpan, CancellationToken, Task>? wait = null)
    {
        _http = http;
        _options = options;
        _clock = clock;
        _wait = wait ?? ((delay, cancellation) => Task.Delay(delay, clock, cancellation));
        _jitter = new RandomStream((ulong)clock.GetTimestamp(), "hub-retries");
    }

    public HubOptions Options => _options;

    public TimeProvider Clock => _clock;

    /// <summary>Sends a request until it succeeds; redirects are returned, not followed.</summary>
    /// <param name="create">Makes the request; called for every attempt.</param>
    /// <param name="subject">What messages call the thing asked for.</param>
    /// <param name="retrying">Told of every attempt that failed.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <param name="accepts">Answers that are no refusal although they are no success.</param>
    /// <exception cref="HubException">The hub refuses, or no attempt succeeded.</exception>
    public async Task<HttpResponseMessage> SendAsync(
        Func<HttpRequestMessage> create, string subject, Action<string>? retrying, CancellationToken cancellation, Predicate<HttpStatusCode>? accepts = null)
    {
        for (int attempt = 1; ; attempt++)
        {
            (HttpResponseMessage? response, string problem, TimeSpan? wait, Exception? cause) = await TryAsync(create, cancellation);
            if (response is not null && !IsTransient(response.StatusCode))
            {
                bool isFine = response.IsSuccessStatusCode || IsRedirect(response.StatusCode) || accepts?.Invoke(response.StatusCode) == true;
                return isFine ? response : throw await RefusalAsync(response, subject, cancellation);
            }

            if (attempt >= _options.MaxAttempts)
            {
                throw response is null ? Unreachable(subject, problem, cause) : await RefusalAsync(response, subject, cancellation);
            }

            response?.Dispose();
            TimeSpan delay = wait ?? DelayAfter(attempt);
            await WaitAsync(delay, problem, attempt, retrying, cancellation);
        }
    }

    /// <summary>Waits before the next attempt, and says so.</summary>
    public Task WaitAsync(TimeSpan delay, string problem, int attempt, Action<string>? retrying, CancellationToken cancellation)
    {
        retrying?.Invoke(string.Create(CultureInfo.InvariantCulture, $"{problem}; attempt {attempt + 1} of {_options.MaxAttempts} in {delay.TotalSeconds:0.#} s"));
        return _wait(delay, cancellation);
    }

    /// <summary>Adds what every request carries; the token only for the hub itself.</summary>
    public HttpRequestMessage Request(HttpMethod method, Uri address)
    {
        var request = new HttpRequestMessage(method, address);
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("hone", typeof(HubTransport).Assembly.GetCustomAttribute<AssemblyFileVersionAttribute>()?.Version ?? "0"));
        if (_options.Token is { } token && IsHub(address))
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        return request;
    }

    /// <summary>Follows redirects of a request without a body.</summary>
    /// <param name="method">GET or HEAD.</param>
    /// <param name="address">Where to begin.</param>
    /// <param name="prepare">Adds headers to each request.</param>
    /// <param name="follows">Whether to follow to this address; the redirect itself is returned where not.</param>
    /// <param name="subject">What messages call the thing asked for.</param>
    /// <param name="retrying">Told of every attempt that failed.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <param name="accepts">Answers that are no refusal although they are no success.</param>
    public async Task<(HttpResponseMessage Response, Uri Address)> FollowAsync(
        HttpMethod method,
        Uri address,
        Action<HttpRequestMessage> prepare,
        Func<Uri, Uri, bool> follows,
        string subject,
        Action<string>? retrying,
        CancellationToken cancellation,
        Predicate<HttpStatusCode>? accepts = null)
    {
        for (int hop = 0; ; hop++)
        {
            HttpResponseMessage response = await SendAsync(
                () =>
                {
                    HttpRequestMessage request = Request(method, address);
                    prepare(request);
                    return request;
                },
                subject,
                retrying,
                cancellation,
                accepts);
            if (!IsRedirect(response.StatusCode) || response.Headers.Location is not { } location)
            {
                return (response, address);
            }

            Uri next = location.IsAbsoluteUri ? location : new Uri(address, location);
            bool isSafe = next.Scheme == Uri.UriSchemeHttps || (next.Scheme == Uri.UriSchemeHttp && address.Scheme == Uri.UriSchemeHttp);
            if (hop == MaxRedirects || !isSafe)
            {
                response.Dispose();
                throw new HubException(HubFailure.Server, "The hub redirects to an address that is not followed.", subject, isSafe ? $"more than {MaxRedirects} redirects" : next.ToString(), "check HF_ENDPOINT, and whether something on the network rewrites answers");
            }

            if (!follows(address, next))
            {
                return (response, address);
            }

            response.Dispose();
            address = next;
        }
    }

    /// <summary>How long to wait after a number of failed attempts: doubling, with jitter.</summary>
    public TimeSpan DelayAfter(int attempt)
    {
        TimeSpan full = TimeSpan.FromTicks(Math.Min(s_firstDelay.Ticks << Math.Min(attempt - 1, 20), s_longestDelay.Ticks));
        lock (_jitterLock)
        {
            return full * (0.5 + (_jitter.NextDouble() / 2));
        }
    }

    /// <summary>The error after the last attempt at a connection.</summary>
    public HubException Unreachable(string subject, string problem, Exception? cause) => new(
        HubFailure.Connection,
        "The hub cannot be reached.",
        $"{subject} ({_options.Endpoint})",
        problem,
        "check the network and HF_ENDPOINT, then run it again: what has arrived is kept; with HF_HUB_OFFLINE=1 the cache alone is used",
        cause);

    internal static bool IsRedirect(HttpStatusCode status) => status is HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect;

    private static bool IsTransient(HttpStatusCode status) => status is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout || ((int)status >= 500 && status != HttpStatusCode.NotImplemented);

    private bool IsHub(Uri address) => address.Scheme == _options.Endpoint.Scheme && address.Authority == _options.Endpoint.Authority;

    private async Task<(HttpResponseMessage? Response, string Problem, TimeSpan? Wait, Exception? Cause)> TryAsync(Func<HttpRequestMessage> create, CancellationToken cancellation)
    {
        using HttpRequestMessage request = create();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);

        // What is sent may take as long as it takes; an answer to little may not.
        TimeSpan longest = request.Content is FilePartContent or CommitContent ? Timeout.InfiniteTimeSpan : _options.Timeout;
        await using ITimer timer = _clock.CreateTimer(static source => ((CancellationTokenSource)source!).Cancel(), limit, longest, Timeout.InfiniteTimeSpan);
        try
        {
            HttpResponseMessage response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            return (response, $"the hub answered {(int)response.StatusCode}", RetryAfter(response), null);
        }
        catch (HttpRequestException e)
        {
            // A file that cannot be read is no failure of the network.
            return e.InnerException is HubException own ? throw own : (null, e.Message, null, e);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            return (null, $"no answer within {_options.Timeout.TotalSeconds:0} s", null, e);
        }
    }

    private TimeSpan? RetryAfter(HttpResponseMessage response)
    {
        RetryConditionHeaderValue? header = response.Headers.RetryAfter;
        TimeSpan? wait = header?.Delta ?? (header?.Date is { } date ? date - _clock.GetUtcNow() : null);
        return wait is null ? null : TimeSpan.FromTicks(Math.Clamp(wait.Value.Ticks, 0, s_longestRetryAfter.Ticks));
    }

    private async Task<HubException> RefusalAsync(HttpResponseMessage response, string subject, CancellationToken cancellation)
    {
        using (response)
        {
            string code = response.Headers.TryGetValues("X-Error-Code", out IEnumerable<string>? codes) ? codes.First() : "";
            string said = response.Headers.TryGetValues("X-Error-Message", out IEnumerable<string>? messages) ? messages.First() : await ReadErrorAsync(response, cancellation);
            string facts = string.Create(CultureInfo.InvariantCulture, $"{(int)response.StatusCode} {response.ReasonPhrase}{(said.Length > 0 ? ": " + said : "")}");
            bool hasToken = _options.Token is not null;
            string login = hasToken ? "check that the token (HF_TOKEN or the token file) is valid and may do this" : "set HF_TOKEN to an access token";
            return (response.StatusCode, code) switch
            {
                (_, "GatedRepo") => new HubException(HubFailure.Gated, "Access to this model must be granted by its owner.", subject, facts, hasToken ? $"ask for access on {_options.Endpoint}/{subject.Split(' ')[0]}, with the account of your token" : "ask for access on its page, then set HF_TOKEN to an access token of that account"),
                (_, "RevisionNotFound") => new HubException(HubFailure.RevisionNotFound, "The model has no such revision.", subject, facts, "leave @REVISION out for the newest, or name an existing branch, tag or commit"),
                (_, "EntryNotFound") => new HubException(HubFailure.FileNotFound, "The model has no such file.", subject, facts, "check the name of the file"),
                (_, "RepoNotFound") or (HttpStatusCode.NotFound, _) => new HubException(HubFailure.ModelNotFound, "There is no such model on the hub, or it is private.", subject, facts, $"check the spelling; for a private model {login}"),
                (HttpStatusCode.Unauthorized, _) => new HubException(hasToken ? HubFailure.NotAuthorized : HubFailure.ModelNotFound, hasToken ? "The hub does not accept the token." : "There is no such model on the hub, or it is private.", subject, facts, login),
                (HttpStatusCode.Forbidden, _) => new HubException(HubFailure.NotAuthorized, "The hub forbids this.", subject, facts, login),
                (HttpStatusCode.TooManyRequests, _) => new HubException(HubFailure.RateLimited, "The hub refuses further requests for now.", subject, facts, hasToken ? "run it again later: what has arrived is kept" : "run it again later, or set HF_TOKEN for a higher limit: what has arrived is kept"),
                _ => new HubException(HubFailure.Server, "The hub answered with an error.", subject, facts, "run it again later: what has arrived is kept"),
            };
        }
    }

    private static async Task<string> ReadErrorAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        try
        {
            if (response.Content.Headers.ContentLength is > 1 << 20)
            {
                return "";
            }

            string text = (await response.Content.ReadAsStringAsync(cancellation)).ReplaceLineEndings(" ").Trim();
            bool isHtml = text.StartsWith('<');
            return isHtml ? "" : text.Length <= MaxErrorChars ? text : text[..MaxErrorChars] + "…";
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return ""; // the status alone says enough
        }
    }
}
