namespace Hone.Tensors.Tests;

public sealed class ShapeTests
{
    [Theory]
    [InlineData(new[] { 3, 1 }, new[] { 4 }, new[] { 3, 4 })]
    [InlineData(new int[0], new[] { 2, 5 }, new[] { 2, 5 })]
    [InlineData(new[] { 1 }, new[] { 0 }, new[] { 0 })]
    [InlineData(new[] { 2, 1, 5 }, new[] { 3, 1 }, new[] { 2, 3, 5 })]
    public void Broadcast_FittingShapes_GivesTheCommonShape(int[] left, int[] right, int[] expected) =>
        Assert.Equal(expected, Shape.Broadcast(new Shape(left), new Shape(right))!.Value.Dimensions.ToArray());

    [Theory]
    [InlineData(new[] { 3 }, new[] { 4 })]
    [InlineData(new[] { 2, 3 }, new[] { 3, 2 })]
    [InlineData(new[] { 0 }, new[] { 2 })]
    public void Broadcast_OtherShapes_GivesNull(int[] left, int[] right) => Assert.Null(Shape.Broadcast(new Shape(left), new Shape(right)));

    [Fact]
    public void Indexer_CountsFromTheEndToo()
    {
        var shape = new Shape(4, 5, 6);

        Assert.Equal((4, 6, 120L), (shape[0], shape[-1], shape.ElementCount));
        Assert.Throws<ArgumentOutOfRangeException>(() => shape[3]);
        Assert.Throws<ArgumentOutOfRangeException>(() => shape[-4]);
    }

    [Fact]
    public void Constructor_NegativeOrTooLarge_IsRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new Shape(2, -1));
        Assert.Throws<OverflowException>(() => new Shape(int.MaxValue, int.MaxValue, int.MaxValue));
    }

    [Fact]
    public void Dimensions_OfTheArrayPassedIn_DoNotChangeWithIt()
    {
        int[] sizes = [2, 3];
        var shape = new Shape(sizes);

        sizes[0] = 9;

        Assert.Equal("[2, 3]", shape.ToString());
    }
}
