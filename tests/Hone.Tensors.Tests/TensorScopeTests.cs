using Hone.Tensors.Errors;
using Hone.Tensors.Memory;
using Hone.Tensors.Tests.Ops;

namespace Hone.Tensors.Tests;

public sealed class TensorScopeTests
{
    [Fact]
    public void Dispose_OfTheScope_FreesWhatWasMadeInsideAndNamesItselfInTheError()
    {
        Tensor tensor;
        using (TensorScope.Begin("step 12"))
        {
            tensor = Tensor.Zeros(DType.F32, 2, 3);
        }

        TensorFreedException error = Assert.Throws<TensorFreedException>(() => tensor.ToArray<float>());
        Assert.Contains("[2, 3]", error.Facts, StringComparison.Ordinal);
        Assert.Contains("step 12", error.Facts, StringComparison.Ordinal);
        Assert.Contains("Keep()", error.Fix, StringComparison.Ordinal);
    }

    [Fact]
    public void Keep_MovesATensorToTheScopeAround()
    {
        using var outer = TensorScope.Begin("outer");
        Tensor kept;
        using (TensorScope.Begin("inner"))
        {
            kept = Tensor.From([1f, 2f], 2).Keep();
        }

        Assert.Equal([1f, 2f], kept.ToArray<float>());
        outer.Dispose();
        Assert.True(kept.IsFreed);
    }

    [Fact]
    public void Run_FreesWhatWasMadeOnTheWayAndKeepsTheResult()
    {
        using var outer = TensorScope.Begin("outer");
        Tensor? onTheWay = null;
        long before = MemoryPool.LiveBytesOfThisThread;

        Tensor result = TensorScope.Run("layer", () => Hone.Tensors.Ops.Sum(onTheWay = Tensor.Full(DType.F32, 2, 1000)));

        Assert.Equal(2000, result.Item());
        Assert.True(onTheWay!.IsFreed);
        Assert.InRange(MemoryPool.LiveBytesOfThisThread - before, 1, 999);
        outer.Dispose();
        Assert.True(result.IsFreed);
    }

    [Fact]
    public void View_OutlivesTheTensorItWasTakenFrom()
    {
        using var scope = TensorScope.Begin("test");
        Tensor original = Tensor.From([1f, 2f, 3f, 4f], 2, 2);
        Tensor row = Hone.Tensors.Ops.Slice(original, 0, 1, 1);

        original.Dispose();

        Assert.Equal([3f, 4f], row.ToArray<float>());
    }

    [Fact]
    public void Dispose_OutOfOrder_SaysWhichScopeIsInnermost()
    {
        TensorScope outer = TensorScope.Begin("outer");
        TensorScope inner = TensorScope.Begin("inner");

        InvalidOperationException error = Assert.Throws<InvalidOperationException>(outer.Dispose);
        inner.Dispose();
        outer.Dispose();

        Assert.Contains("inner", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void LongLivedScope_WithTensorsDisposedByHand_DoesNotHoldTheirMemory()
    {
        using var scope = TensorScope.Begin("server");
        var watch = new MemoryPoolWatch();
        for (int i = 0; i < 10_000; i++)
        {
            using Tensor tensor = Tensor.Zeros(DType.F32, 1000);
        }

        Assert.Equal(0, watch.Growth);
    }

    [Fact]
    public void Parameter_MadeInsideAScope_OutlivesIt()
    {
        Parameter parameter;
        using (TensorScope.Begin("load"))
        {
            parameter = new Parameter(Tensor.From([5f], 1), "weight");
        }

        Assert.Equal([5f], parameter.ToArray<float>());
        parameter.Dispose();
    }

    [Fact]
    public void DroppedTensor_WithoutScopeOrDispose_IsReturnedByTheGarbageCollector()
    {
        (long before, _, _) = MemoryPool.Cpu.Usage;
        Leak();
        for (int i = 0; i < 20 && MemoryPool.Cpu.Usage.LiveBytes > before; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.True(MemoryPool.Cpu.Usage.LiveBytes - before < 64L << 20, "64 MiB were dropped and not returned");

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        static void Leak() => _ = Tensor.Zeros(DType.F32, 16, 1024, 1024);
    }
}
