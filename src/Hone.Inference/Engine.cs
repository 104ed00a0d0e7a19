using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Threading.Channels;
using Hone.Core.Errors;
using Hone.Inference.Scheduling;
using Hone.Models;
using Hone.Processors.Tokenizers;
using Hone.Tensors.Threading;

namespace Hone.Inference;

/// <summary>Continues prompts with a model: many at once, sharing what they have in common, each with the result it would have alone.</summary>
/// <remarks>
/// All computing happens on the engine's own thread; every member may be called from any thread. Requests enter the running batch between two steps and leave it
/// as soon as they are done. Source: Yu et al., "Orca: A Distributed Serving System for Transformer-Based Generative Models", OSDI 2022 (continuous batching).
/// </remarks>
public sealed class Engine : IDisposable
{
    private const int WaitingCallers = 1 << 20; // let go when the engine ends, more than there can be

    private readonly GenerationLoop _loop;
    private readonly EngineOptions _options;
    private readonly ConcurrentQueue<Action> _commands = new();
    private readonly SemaphoreSlim _wake = new(0);
    private readonly SemaphoreSlim _room;
    private readonly ConcurrentDictionary<Ticket, byte> _tickets = new();
    private readonly Thread _thread;
    private volatile bool _stopping;
    private volatile EngineStatistics _statistics = new();

    /// <summary>Starts an engine on a loaded model.</summary>
    /// <param name="model">Model, tokenizer and end tokens; stays the caller's and is disposed after the engine.</param>
    /// <param name="options">Sizes and limits.</param>
    /// <exception cref="HoneException">An option is out of its range, or the model cannot generate.</exception>
    public Engine(LanguageModel model, EngineOptions? options = null)
        : this(model.Model, model.Tokenizer, model.Defaults.EndTokens, options ?? new EngineOptions())
    {
    }

    /// <summary>Starts an engine on the parts of a model.</summary>
    /// <param name="model">The model; stays the caller's and is disposed after the engine.</param>
    /// <param name="tokenizer">Turns tokens into text; without one texts stay empty, and stop texts and constraints are refused.</param>
    /// <param name="endTokens">Tokens with which the model ends a text.</param>
    /// <param name="options">Sizes and limits.</param>
    /// <exception cref="HoneException">An option is out of its range, or the model cannot generate.</exception>
    public Engine(CausalLm model, Tokenizer? tokenizer, IEnumerable<int> endTokens, EngineOptions options)
    {
        options.Check();
        _options = options;
        _loop = new GenerationLoop(model, tokenizer, endTokens, options);
        _room = new SemaphoreSlim(options.MaxQueuedRequests);
        _thread = new Thread(Run) { IsBackground = true, Name = "hone-engine" };
        _thread.Start();
    }

    /// <summary>Longest text, prompt included.</summary>
    public int ContextLength => _loop.ContextLength;

    /// <summary>What has been done so far, as of the last step.</summary>
    public EngineStatistics Statistics => _statistics;

    /// <summary>Carries out one request.</summary>
    /// <exception cref="OperationCanceledException">Cancelled; the request is given up.</exception>
    /// <exception cref="ObjectDisposedException">The engine was disposed before the request was done.</exception>
    public async Task<GenerationResult> GenerateAsync(GenerationRequest request, CancellationToken cancellation = default)
    {
        await foreach (GenerationResult result in GenerateAsync([request], cancellation))
        {
            return result;
        }

        throw new InvalidOperationException("A request ended without a result.");
    }

    /// <summary>Carries out requests, which are asked for as the engine has room for them.</summary>
    /// <param name="requests">Enumerated once, on the caller's thread.</param>
    /// <param name="cancellation">Gives up all requests that are not done.</param>
    /// <returns>The results as they come; failed requests have an error instead of texts.</returns>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The engine was disposed before the requests were done.</exception>
    public async IAsyncEnumerable<GenerationResult> GenerateAsync(IEnumerable<GenerationRequest> requests, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        Channel<GenerationResult> results = Channel.CreateUnbounded<GenerationResult>(new UnboundedChannelOptions { SingleReader = true });
        var tickets = new List<Ticket>();
        using IEnumerator<GenerationRequest> source = requests.GetEnumerator();
        int outstanding = 0;
        bool hasMore = true;
        try
        {
            while (true)
            {
                while (hasMore && outstanding < _options.MaxQueuedRequests && await EnterAsync(mustWait: outstanding == 0, cancellation))
                {
                    hasMore = source.MoveNext();
                    if (!hasMore)
                    {
                        _room.Release();
                        break;
                    }

                    outstanding++;
                    tickets.RemoveAll(ticket => ticket.IsDone);
                    tickets.Add(Submit(source.Current, results.Writer));
                }

                if (outstanding == 0)
                {
                    yield break;
                }

                yield return await ReadAsync(results.Reader, cancellation);
                outstanding--;
            }
        }
        finally
        {
            tickets.ForEach(GiveUp);
        }
    }

    /// <summary>Stops after the current step; requests under way end with <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose()
    {
        _stopping = true;
        _wake.Release();
        if (Thread.CurrentThread != _thread)
        {
            _thread.Join(); // unless a receiver of tokens disposes the engine: then the thread ends behind its back
        }
    }

    private async ValueTask<bool> EnterAsync(bool mustWait, CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(_stopping, this);
        if (!mustWait)
        {
            return _room.Wait(0, CancellationToken.None);
        }

        await _room.WaitAsync(cancellation);
        ObjectDisposedException.ThrowIf(_stopping, this);
        return true;
    }

    private static async ValueTask<GenerationResult> ReadAsync(ChannelReader<GenerationResult> results, CancellationToken cancellation)
    {
        try
        {
            return await results.ReadAsync(cancellation);
        }
        catch (ChannelClosedException e) when (e.InnerException is { } reason)
        {
            ExceptionDispatchInfo.Throw(reason);
            throw;
        }
    }

    private Ticket Submit(GenerationRequest request, ChannelWriter<GenerationResult> results)
    {
        var ticket = new Ticket(results);
        _tickets[ticket] = 0;
        Send(() => ticket.State = _loop.Add(request, result =>
        {
            if (Leave(ticket))
            {
                results.TryWrite(result);
            }
        }));
        if (_stopping)
        {
            ticket.Close(new ObjectDisposedException(nameof(Engine))); // the thread may have ended before it saw the command
        }

        return ticket;
    }

    private void GiveUp(Ticket ticket)
    {
        if (!ticket.IsDone)
        {
            Send(() =>
            {
                if (Leave(ticket) && ticket.State is { } state)
                {
                    _loop.Cancel(state);
                }
            });
        }
    }

    // Frees the place of a request, once.
    private bool Leave(Ticket ticket)
    {
        if (_tickets.TryRemove(ticket, out _))
        {
            ticket.IsDone = true;
            _room.Release();
            return true;
        }

        return false;
    }

    private void Send(Action command)
    {
        _commands.Enqueue(command);
        _wake.Release();
    }

    private void Run()
    {
        Exception reason = new ObjectDisposedException(nameof(Engine));
        try
        {
            using IDisposable? threads = _options.Threads is { } count ? ComputeThreads.Use(count) : null;
            Serve();
        }
#pragma warning disable CA1031 // Carried to whoever waits for a result.
        catch (Exception e)
#pragma warning restore CA1031
        {
            reason = e;
        }

        _stopping = true;
        foreach (Ticket ticket in _tickets.Keys)
        {
            ticket.Close(reason);
        }

        _room.Release(WaitingCallers);
        _loop.Dispose();
    }

    private void Serve()
    {
        while (!_stopping)
        {
            while (!_stopping && _commands.TryDequeue(out Action? command))
            {
                command();
            }

            if (_stopping)
            {
                return;
            }

            if (_loop.IsIdle)
            {
                _wake.Wait();
            }
            else
            {
                _loop.Step();
                _statistics = _loop.Statistics;
            }
        }
    }

    /// <summary>A request's place in the engine.</summary>
    private sealed class Ticket(ChannelWriter<GenerationResult> results)
    {
        private volatile bool _isDone;

        public RequestState? State { get; set; }

        public bool IsDone
        {
            get => _isDone;
            set => _isDone = value;
        }

        public void Close(Exception reason) => results.TryComplete(reason);
    }
}
