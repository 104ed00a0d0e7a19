using Hone.Core.Errors;
using Hone.Inference.Sampling;
using Hone.Inference.Tests.Scheduling;
using Hone.Models;

namespace Hone.Inference.Tests;

public sealed class EngineTests
{
    private static readonly EngineOptions Options = new() { CacheBytes = 4 << 20, Threads = 1 };

    [Fact]
    public async Task GenerateAsync_ManyRequestsThroughASmallQueue_AnswersEachOnce()
    {
        using CausalLm model = TinyModel.Load();
        List<GenerationRequest> requests = Loops.Mixed(30);
        List<GenerationResult> expected = Loops.Run(model, Options, requests);
        using var engine = new Engine(model, null, [], Options with { MaxQueuedRequests = 4 });
        int asked = 0, done = 0, mostAhead = 0;

        var results = new Dictionary<string, GenerationResult>();
        await foreach (GenerationResult result in engine.GenerateAsync(Ask()))
        {
            done++;
            results.Add(result.Request.Id, result);
        }

        Assert.Equal(30, results.Count);
        Assert.InRange(mostAhead, 1, 6); // four in the engine, one being read and one being asked for
        Assert.All(expected, one => Assert.Equal(Loops.Bits(one), Loops.Bits(results[one.Request.Id])));
        Assert.True(engine.Statistics.Steps > 0);

        IEnumerable<GenerationRequest> Ask()
        {
            foreach (GenerationRequest request in requests)
            {
                mostAhead = Math.Max(mostAhead, ++asked - done);
                yield return request;
            }
        }
    }

    [Fact]
    public async Task GenerateAsync_FromSeveralCallers_EachGetsItsOwn()
    {
        using CausalLm model = TinyModel.Load();
        List<GenerationRequest> requests = Loops.Mixed(16);
        List<GenerationResult> expected = Loops.Run(model, Options, requests);
        using var engine = new Engine(model, null, [], Options with { MaxQueuedRequests = 3 });

        GenerationResult[] results = await Task.WhenAll(requests.Select(request => engine.GenerateAsync(request)));

        Assert.Equal(expected.Select(Loops.Bits), results.Select(Loops.Bits));
    }

    [Fact]
    public async Task GenerateAsync_Cancelled_GivesItsPlaceToOthers()
    {
        using CausalLm model = TinyModel.Load();
        using var engine = new Engine(model, null, [], Options with { MaxQueuedRequests = 2 });
        using var cancellation = new CancellationTokenSource();
        var endless = new GenerationRequest { PromptIds = [1], MaxTokens = 200, Samples = 40, Sampling = new SamplingOptions { Temperature = 1 }, OnUpdate = _ => cancellation.Cancel() };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => engine.GenerateAsync(endless, cancellation.Token));
        GenerationResult[] after = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => engine.GenerateAsync(new GenerationRequest { PromptIds = [i], MaxTokens = 3 })));

        Assert.All(after, result => Assert.Null(result.Error));
    }

    [Fact]
    public async Task Dispose_WhileRequestsRun_EndsThem()
    {
        using CausalLm model = TinyModel.Load();
        var engine = new Engine(model, null, [], Options);
        var started = new TaskCompletionSource();
        Task<GenerationResult> running = engine.GenerateAsync(new GenerationRequest { PromptIds = [1], MaxTokens = 250, OnUpdate = _ => started.TrySetResult() });
        Task<GenerationResult> waiting = engine.GenerateAsync(new GenerationRequest { PromptIds = [2], MaxTokens = 250, Samples = 90 });
        await started.Task;

        engine.Dispose();
        engine.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => running);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => engine.GenerateAsync(new GenerationRequest { PromptIds = [1], MaxTokens = 1 }));
    }

    [Fact]
    public async Task GenerateAsync_CallersEnumerationFails_LeavesTheEngineUsable()
    {
        using CausalLm model = TinyModel.Load();
        using var engine = new Engine(model, null, [], Options);

        await Assert.ThrowsAsync<InvalidOperationException>(async () =>
        {
            await foreach (GenerationResult result in engine.GenerateAsync(Broken()))
            {
                Assert.Null(result.Error);
            }
        });

        Assert.Null((await engine.GenerateAsync(new GenerationRequest { PromptIds = [1], MaxTokens = 2 })).Error);

        static IEnumerable<GenerationRequest> Broken()
        {
            yield return new GenerationRequest { PromptIds = [1], MaxTokens = 50 };
            throw new InvalidOperationException("no more");
        }
    }

    [Fact]
    public void Engine_WrongOptions_SaysWhich()
    {
        using CausalLm model = TinyModel.Load();

        Assert.Contains("pages of 7 tokens", Assert.Throws<HoneException>(() => new Engine(model, null, [], Options with { PageTokens = 7 })).Message, StringComparison.Ordinal);
        Assert.Contains("the model was made for 256", Assert.Throws<HoneException>(() => new Engine(model, null, [], Options with { MaxContext = 257 })).Message, StringComparison.Ordinal);
        Assert.Contains("cache is too small", Assert.Throws<HoneException>(() => new Engine(model, null, [], Options with { CacheBytes = 100 })).Message, StringComparison.Ordinal);
    }
}
