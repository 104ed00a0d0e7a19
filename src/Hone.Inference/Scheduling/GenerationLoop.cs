using Hone.Core.Errors;
using Hone.Inference.Adapters;
using Hone.Inference.Constraints;
using Hone.Inference.KvCache;
using Hone.Inference.Sampling;
using Hone.Models;
using Hone.Processors.Tokenizers;
using Hone.Tensors;
using Hone.Tensors.Autograd;
using Hone.Tensors.Paging;

namespace Hone.Inference.Scheduling;

/// <summary>The engine without its thread: takes requests on, and computes one step whenever it is asked to.</summary>
internal sealed class GenerationLoop : IDisposable
{
    private const int ScoredRows = 64; // rows of prompt log-probabilities scored at once, so that logits stay small

    private readonly CausalLm _model;
    private readonly Tokenizer? _tokenizer;
    private readonly int[] _endTokens;
    private readonly EngineOptions _options;
    private readonly AdapterRouter _router;
    private readonly RotaryPlan _rotary;
    private readonly ModelRunner _runner;
    private readonly PagePool _pool;
    private readonly Scheduler _scheduler;
    private readonly TokenChooser _chooser;
    private readonly ConstraintCache? _constraints;
    private readonly List<ScheduledChunk> _ending = [];
    private long _requests, _steps, _computedTokens, _generatedTokens;

    /// <summary>Reserves the cache.</summary>
    /// <param name="model">The model; stays the caller's.</param>
    /// <param name="tokenizer">Turns tokens into text; without one texts stay empty.</param>
    /// <param name="endTokens">Tokens with which the model ends a text.</param>
    /// <param name="options">Checked options.</param>
    /// <exception cref="HoneException">The model cannot generate, or the cache is too small for a single page.</exception>
    public GenerationLoop(CausalLm model, Tokenizer? tokenizer, IEnumerable<int> endTokens, EngineOptions options)
    {
        _model = model;
        _tokenizer = tokenizer;
        _endTokens = [.. endTokens.Distinct()];
        _options = options;
        ContextLength = FindContext(model, options);
        PagedKvShape shape = CacheSize.Of(model, options, ContextLength);
        _rotary = new RotaryPlan(model.Decoder.LengthRule);
        _router = new AdapterRouter(model);
        _runner = new ModelRunner(model, shape, _rotary, _router);
        _pool = new PagePool(shape.Pages, shape.PageTokens);
        _scheduler = new Scheduler(_pool, options, _rotary, _runner.CopyPage);
        _chooser = new TokenChooser();
        _constraints = tokenizer is null ? null : new ConstraintCache(tokenizer, model.Config.VocabSize);
    }

    /// <summary>Longest text, prompt included.</summary>
    public int ContextLength { get; }

    /// <summary>Token ids of the model.</summary>
    public int VocabularySize => _model.Config.VocabSize;

    /// <summary>Whether no request is left.</summary>
    public bool IsIdle => _scheduler.IsIdle;

    /// <summary>What has been done so far.</summary>
    public EngineStatistics Statistics => new()
    {
        Steps = _steps,
        PromptTokens = _computedTokens,
        CachedPromptTokens = _scheduler.CachedTokens,
        GeneratedTokens = _generatedTokens,
        Preemptions = _scheduler.Preemptions,
        Running = _scheduler.Running.Count,
        Waiting = _scheduler.WaitingCount,
        UsedPages = _pool.PageCount - _pool.Available,
        Pages = _pool.PageCount,
    };

    /// <summary>Takes a request on.</summary>
    /// <param name="request">The request.</param>
    /// <param name="deliver">Receives the result, or the reason why there is none; may be called before this returns.</param>
    /// <returns>The request under way.</returns>
    public RequestState Add(GenerationRequest request, Action<GenerationResult> deliver)
    {
        RequestState? state = null;
        try
        {
            RequestChecks.Check(request, _model.Config.VocabSize, _tokenizer is not null);
            state = Prepare(request, deliver);
            Sequence first = new(state, sample: 0)
            {
                Cursor = request.Constraint is null ? null : _constraints?.Start(request, state.MaxTokens),
                Text = CreateText(request),
            };
            if (request.BeamWidth > 1)
            {
                state.Beams = new BeamSearch(state, first);
            }

            _scheduler.Add(first);
            return state;
        }
        catch (HoneException e)
        {
            state ??= new RequestState(request, -1, 0, [], deliver);
            state.Fail(e);
            return state;
        }
    }

    /// <summary>Gives a request up without a result.</summary>
    public void Cancel(RequestState state)
    {
        if (!state.IsDone)
        {
            state.IsDone = true;
            RemoveAll(state);
        }
    }

    /// <summary>Computes one step.</summary>
    public void Step()
    {
        IReadOnlyList<ScheduledChunk> chunks = _scheduler.Plan();
        if (chunks.Count == 0)
        {
            throw new InvalidOperationException("There are texts to continue, but none could be scheduled.");
        }

        using var scope = TensorScope.Begin("step");
        using GradMode noGrad = GradMode.NoGrad();
        Tensor hidden;
        try
        {
            hidden = _runner.Forward(chunks);
        }
        catch (Exception e) when (e is HoneException or OutOfMemoryException or ArgumentException)
        {
            FailStep(chunks, e);
            return;
        }

        _steps++;
        foreach (ScheduledChunk chunk in chunks)
        {
            _computedTokens += chunk.Sequence.Generated > 0 && chunk.Count == 1 ? 0 : chunk.Count;
        }

        ScorePrompts(hidden, chunks);
        ChooseTokens(hidden, chunks);
    }

    /// <summary>Frees the cache and leaves the model as it was.</summary>
    public void Dispose()
    {
        _router.Dispose();
        _runner.Dispose();
    }

    private static int FindContext(CausalLm model, EngineOptions options)
    {
        int own = model.Config.MaxPositionEmbeddings;
        bool isOpen = model.Decoder.LengthRule is { IsGradual: true }; // made for texts beyond its first training, without a limit of its own
        if (options.MaxContext > own && !isOpen)
        {
            throw new HoneException("The context is longer than the model allows.", facts: $"{options.MaxContext} tokens; the model was made for {own}", fix: $"ask for at most {own}");
        }

        return options.MaxContext ?? (isOpen ? 8 * own : own);
    }

    private RequestState Prepare(GenerationRequest request, Action<GenerationResult> deliver)
    {
        long number = _requests++;
        int room = Math.Min(ContextLength, _pool.PageCount * _pool.PageTokens) - request.PromptIds.Length;
        int least = request.MaxTokens == 0 ? 0 : 1;
        if (room < least)
        {
            bool isContext = request.PromptIds.Length + least > ContextLength;
            throw new HoneException(
                "A prompt is too long.",
                RequestChecks.Where(request),
                $"{request.PromptIds.Length} tokens; {(isContext ? $"the context has {ContextLength}" : $"the cache holds {_pool.PageCount * _pool.PageTokens}")}",
                isContext ? "shorten the prompt" : "give the cache more memory, or shorten the prompt");
        }

        int maxTokens = Math.Min(request.MaxTokens ?? int.MaxValue, room);
        if (request.BeamWidth > 1)
        {
            long pages = PagesOf(request.PromptIds.Length) + (request.BeamWidth * (PagesOf(maxTokens) + 1L));
            if (pages > _pool.PageCount)
            {
                throw new HoneException("A beam search is too large for the cache.", RequestChecks.Where(request), $"it may need {pages} pages, the cache has {_pool.PageCount}", "lower the beam width or max_tokens, or give the cache more memory");
            }
        }

        int adapter = _router.NumberOf(request.Adapter);
        int[] ends = [.. (request.IgnoresEndTokens ? [] : _endTokens).Concat(request.StopTokens).Distinct()];
        return new RequestState(request, number, maxTokens, ends, deliver) { AdapterNumber = adapter, PrefixRoot = -1 - adapter };
    }

    private int PagesOf(int tokens) => (tokens + _pool.PageTokens - 1) / _pool.PageTokens;

    private TextBuilder? CreateText(GenerationRequest request) =>
        _tokenizer is null || request.BeamWidth > 1 ? null : new TextBuilder(_tokenizer, request.StopTexts, !request.KeepsSpecialTokens);

    // What the failed pass should have stored is missing from pages that may be shared already.
    private void FailStep(IReadOnlyList<ScheduledChunk> chunks, Exception cause)
    {
        HoneException error = cause as HoneException ?? new HoneException("A step of the model failed.", facts: cause.Message, fix: "lower the tokens of a step or the memory of the cache", inner: cause);
        foreach (RequestState request in chunks.Select(chunk => chunk.Sequence.Request).Distinct().ToArray())
        {
            Fail(request, error);
        }

        _pool.ForgetPrefixes();
    }

    private void Fail(RequestState request, HoneException error)
    {
        if (!request.IsDone)
        {
            RemoveAll(request);
            request.Fail(error);
        }
    }

    private void RemoveAll(RequestState request)
    {
        foreach (Sequence sequence in _scheduler.Of(request))
        {
            _scheduler.Remove(sequence);
        }
    }

    private void ScorePrompts(Tensor hidden, IReadOnlyList<ScheduledChunk> chunks)
    {
        int row = 0;
        foreach (ScheduledChunk chunk in chunks)
        {
            RequestState request = chunk.Sequence.Request;
            int last = Math.Min(chunk.First + chunk.Count, chunk.Sequence.PromptLength - 1); // the row of the last token of the prompt predicts none of it
            if (request.NeedsPromptScores && chunk.First < last)
            {
                for (int first = chunk.First; first < last; first += ScoredRows)
                {
                    ScoreRows(hidden, chunk, row + first - chunk.First, first, Math.Min(ScoredRows, last - first));
                }
            }

            row += chunk.Count;
        }
    }

    private void ScoreRows(Tensor hidden, ScheduledChunk chunk, int row, int position, int count)
    {
        using var scope = TensorScope.Begin("prompt scores");
        RequestState request = chunk.Sequence.Request;
        long[] rows = [.. Enumerable.Range(row, count).Select(r => (long)r)];
        int[] adapters = [.. Enumerable.Repeat(request.AdapterNumber, count)];
        Tensor logits = _runner.Logits(hidden, rows, adapters);
        ReadOnlySpan<float> all = logits.Read<float>();
        for (int i = 0; i < count; i++)
        {
            int next = position + i + 1;
            request.PromptScores[next] = _chooser.Score(all.Slice(i * logits.Shape[1], logits.Shape[1]), request.Request.PromptIds[next], request.Request.PromptLogProbabilities ?? 0);
        }
    }

    private void ChooseTokens(Tensor hidden, IReadOnlyList<ScheduledChunk> chunks)
    {
        _ending.Clear();
        var rows = new List<long>();
        int end = 0;
        foreach (ScheduledChunk chunk in chunks)
        {
            end += chunk.Count;
            if (chunk.ReachesEnd && !chunk.Sequence.Request.IsDone)
            {
                _ending.Add(chunk);
                rows.Add(end - 1);
            }
        }

        if (_ending.Count == 0)
        {
            return;
        }

        Tensor logits = _runner.Logits(hidden, rows.ToArray(), [.. _ending.Select(chunk => chunk.Sequence.Request.AdapterNumber)]);
        int vocabulary = logits.Shape[1];
        for (int i = 0; i < _ending.Count; i++)
        {
            Sequence sequence = _ending[i].Sequence;
            if (!sequence.Request.IsDone)
            {
                try
                {
                    Continue(sequence, logits.Read<float>().Slice(i * vocabulary, vocabulary));
                }
                catch (HoneException e)
                {
                    Fail(sequence.Request, e);
                }
            }
        }
    }

    private void Continue(Sequence sequence, ReadOnlySpan<float> logits)
    {
        RequestState request = sequence.Request;
        if (ScoreScan.HasNonNumber(logits))
        {
            throw new HoneException("The model gave logits that are not numbers.", RequestChecks.Where(request.Request), $"after {sequence.Count} tokens", "check the checkpoint (hone inspect), or load it with f32 weights");
        }

        if (request.MaxTokens == 0)
        {
            _scheduler.Remove(sequence);
            request.Complete();
        }
        else if (request.Beams is { } beams)
        {
            sequence.Continuations = _chooser.Continuations(sequence, logits, beams.ContinuationsNeeded);
            if (beams.IsReady)
            {
                Advance(request, beams);
            }
        }
        else
        {
            bool isFirst = sequence.Generated == 0 && sequence.Sample == 0 && request.Request.Samples > 1;
            Sequence[] others = isFirst ? [.. Enumerable.Range(1, request.Request.Samples - 1).Select(sequence.Fork)] : [];
            foreach (Sequence other in others)
            {
                if (_scheduler.Running.Count >= _options.MaxSequences)
                {
                    other.ReleaseCache(); // waits, and shares the prompt's full pages later
                }

                _scheduler.AddFork(other);
            }

            Extend(sequence, logits);
            foreach (Sequence other in others)
            {
                if (!request.IsDone)
                {
                    Extend(other, logits);
                }
            }
        }
    }

    private void Extend(Sequence sequence, ReadOnlySpan<float> logits)
    {
        _generatedTokens++;
        string text = _chooser.Extend(sequence, logits);
        int token = sequence.Tokens[^1];
        if (sequence.FinishReason is not null)
        {
            text += sequence.Text?.Finish();
            Finish(sequence);
        }

        Report(sequence, token, text);
        if (sequence.Request.Finished.Count == sequence.Request.Request.Samples)
        {
            sequence.Request.Complete();
        }
    }

    private void Finish(Sequence sequence)
    {
        _scheduler.Remove(sequence);
        sequence.Request.Finished.Add(new GeneratedText
        {
            Sample = sequence.Sample,
            Text = sequence.Text?.Text ?? "",
            Ids = [.. sequence.Tokens[sequence.PromptLength..]],
            FinishReason = sequence.FinishReason ?? FinishReason.Length,
            StopText = sequence.Text?.StopText,
            Scores = [.. sequence.Scores],
        });
    }

    private static void Report(Sequence sequence, int token, string text)
    {
        if (sequence.Request.Request.OnUpdate is { } onUpdate)
        {
            try
            {
                onUpdate(new GenerationUpdate(sequence.Request.Request.Id, sequence.Sample, token, text, sequence.FinishReason));
            }
#pragma warning disable CA1031 // The caller's code failed: its request fails with it, the engine and other requests go on.
            catch (Exception e)
#pragma warning restore CA1031
            {
                throw new HoneException("The receiver of a request's tokens failed.", RequestChecks.Where(sequence.Request.Request), e.Message, "catch errors in OnUpdate", e);
            }
        }
    }

    private void Advance(RequestState request, BeamSearch search)
    {
        Sequence[] previous = [.. search.Beams];
        IReadOnlyList<Sequence> next = search.Advance();
        _generatedTokens += next.Count;
        foreach (Sequence beam in previous)
        {
            _scheduler.Remove(beam);
        }

        foreach (Sequence beam in next)
        {
            _scheduler.AddFork(beam);
        }

        if (next.Count == 0)
        {
            request.Finished.AddRange(search.Best(ids => _tokenizer?.Decode(ids.AsSpan(), !request.Request.KeepsSpecialTokens) ?? ""));
            request.Complete();
        }
    }
}
