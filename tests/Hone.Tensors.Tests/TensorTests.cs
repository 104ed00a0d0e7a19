using Hone.Tensors.Errors;

namespace Hone.Tensors.Tests;

public sealed class TensorTests
{
    [Fact]
    public void From_WrongNumberOfValues_NamesBothCounts()
    {
        ShapeMismatchException error = Assert.Throws<ShapeMismatchException>(() => Tensor.From([1f, 2f, 3f], 2, 2));

        Assert.Contains("3 values", error.Facts, StringComparison.Ordinal);
        Assert.Contains("[2, 2]", error.Facts, StringComparison.Ordinal);
    }

    [Fact]
    public void Item_OfSeveralElements_IsRefused() =>
        Assert.Throws<ShapeMismatchException>(() => Tensor.Zeros(DType.F32, 2).Item());

    [Fact]
    public void ToArray_OfAnotherType_IsRefused() =>
        Assert.Throws<ArgumentException>(() => Tensor.Zeros(DType.F32, 2).ToArray<double>());

    [Fact]
    public void CopyFrom_AStridedTensorOfAnotherType_ConvertsEveryElement()
    {
        using var scope = TensorScope.Begin("test");
        Tensor source = Hone.Tensors.Ops.Transpose(Tensor.From([1L, 2L, 3L, 4L, 5L, 6L], 2, 3));
        Tensor target = Tensor.Zeros(DType.F32, 3, 2);

        target.CopyFrom(source);

        Assert.Equal([1f, 4f, 2f, 5f, 3f, 6f], target.ToArray<float>());
    }

    [Theory]
    [InlineData(DType.F64, -1.5)]
    [InlineData(DType.F32, -1.5)]
    [InlineData(DType.BF16, -1.5)]
    [InlineData(DType.F16, -1.5)]
    [InlineData(DType.I64, 7)]
    [InlineData(DType.I32, -7)]
    [InlineData(DType.U8, 200)]
    [InlineData(DType.Bool, 1)]
    public void Full_OfEveryType_HoldsTheValue(DType dtype, double value)
    {
        using var scope = TensorScope.Begin("test");

        Assert.Equal([value, value, value], Tensor.Full(dtype, value, 3).ToDoubles());
    }

    [Fact]
    public void Cast_FloatsToIntegers_TruncatesAndSaturates()
    {
        using var scope = TensorScope.Begin("test");
        Tensor x = Tensor.From([1.9, -1.9, 300, -5, double.NaN, 1e30], 6);

        Assert.Equal([1, -1, 300, -5, 0, int.MaxValue], Hone.Tensors.Ops.Cast(x, DType.I32).ToArray<int>());
        Assert.Equal([1, 0, 255, 0, 0, 255], Hone.Tensors.Ops.Cast(x, DType.U8).ToArray<byte>());
    }

    [Fact]
    public void Cast_LargeIntegers_KeepsEveryDigit()
    {
        using var scope = TensorScope.Begin("test");
        long exact = (1L << 53) + 1; // not a double

        Assert.Equal([exact], Hone.Tensors.Ops.Cast(Hone.Tensors.Ops.Cast(Tensor.From([exact], 1), DType.I64), DType.I64).ToArray<long>());
        Assert.Equal([int.MaxValue], Hone.Tensors.Ops.Cast(Tensor.From([(long)int.MaxValue], 1), DType.I32).ToArray<int>());
    }

    [Fact]
    public void MapFile_ReadsWithoutCopyingAndRefusesWrites()
    {
        string path = Path.Combine(Path.GetTempPath(), $"hone-map-{Guid.NewGuid():N}");
        File.WriteAllBytes(path, [0, 0, 0, 0, .. BitConverter.GetBytes(1.5f), .. BitConverter.GetBytes(-2f)]);
        try
        {
            using var scope = TensorScope.Begin("test");
            Tensor mapped = Tensor.MapFile(path, 4, DType.F32, 2);

            Assert.Equal([1.5f, -2f], mapped.ToArray<float>());
            TensorException error = Assert.Throws<TensorException>(() => mapped.Fill(0));
            Assert.Contains("mapped", error.What, StringComparison.Ordinal);
            Assert.Throws<ArgumentOutOfRangeException>(() => Tensor.MapFile(path, 8, DType.F32, 2));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Tensors_AreAlignedToACacheLine()
    {
        using var scope = TensorScope.Begin("test");
        foreach (int size in (int[])[1, 3, 17, 1000, 100_003])
        {
            Assert.Equal(0, Tensor.Zeros(DType.F32, size).Storage.AddressValue % 64);
        }
    }
}
