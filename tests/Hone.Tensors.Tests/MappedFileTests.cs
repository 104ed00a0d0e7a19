namespace Hone.Tensors.Tests;

public sealed class MappedFileTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void View_AlignedStretch_SharesTheMappingAndOutlivesTheFile()
    {
        File.WriteAllBytes(_path, [0, 0, 0, 0, 0, 0, 128, 63, 0, 0, 0, 64]); // 0f, 1f, 2f
        var file = new MappedFile(_path);
        using Tensor view = file.View(4, DType.F32, new Shape(2));
        file.Dispose();

        Assert.Equal([1f, 2f], view.ToArray<float>());
        Assert.Equal(new byte[] { 128, 63 }, view.ReadBytes(2, 2).ToArray());
    }

    [Fact]
    public void View_UnalignedStretch_IsACopy()
    {
        File.WriteAllBytes(_path, [9, 0, 0, 128, 63]);
        using var file = new MappedFile(_path);

        using Tensor view = file.View(1, DType.F32, new Shape(1));

        Assert.Equal([1f], view.ToArray<float>());
    }

    [Fact]
    public void View_OutsideTheFile_IsRefused()
    {
        File.WriteAllBytes(_path, new byte[8]);
        using var file = new MappedFile(_path);

        Assert.Throws<ArgumentOutOfRangeException>(() => file.View(4, DType.F32, new Shape(2)));
        Assert.Throws<ArgumentOutOfRangeException>(() => file.View(-4, DType.F32, new Shape(1)));
        Assert.Throws<OverflowException>(() => file.View(0, DType.F64, new Shape(int.MaxValue, int.MaxValue)));
    }

    [Fact]
    public void View_OfAnEmptyFile_HoldsNothing()
    {
        using var file = new MappedFile(_path);
        using Tensor empty = file.View(0, DType.F32, new Shape(0, 3));

        Assert.Equal(0, empty.ElementCount);
        Assert.Throws<ArgumentOutOfRangeException>(() => file.View(0, DType.F32, new Shape(1)));
    }

    [Fact]
    public void ReadBytes_BeyondTheTensor_IsRefused()
    {
        using Tensor x = Tensor.Zeros(DType.F32, 2);

        Assert.Throws<ArgumentOutOfRangeException>(() => x.ReadBytes(4, 5));
    }
}
