using Hone.Models.Nn;
using Hone.Tensors;

namespace Hone.Models.Tests.Nn;

public sealed class RotaryTableTests
{
    private static readonly RopeParameters s_plain = new() { RopeType = RopeType.Default, RopeTheta = 100, MaxPositionEmbeddings = 8, OriginalMaxPositionEmbeddings = 8 };

    [Fact]
    public void Rotate_DefaultTable_TurnsByPositionTimesFrequency()
    {
        using var scope = TensorScope.Begin("test");
        using var table = new RotaryTable(s_plain, headDim: 4);
        Tensor heads = Tensor.From([1f, 0, 0, 0], 1, 1, 4);

        // Position 3, frequency 1 for the first pair (elements 0 and 2): cos 3, and sin 3 in its partner.
        float[] turned = table.Rotate(heads, new PackedAttentionContext(Tensor.From([3], 1), PackedSequences.FromLengths(1))).ToArray<float>();

        Assert.Equal(MathF.Cos(3), turned[0], 1e-6f);
        Assert.Equal(MathF.Sin(3), turned[2], 1e-6f);
    }

    [Fact]
    public void Rotate_DynamicBeyondItsLength_ChangesFrequenciesAndBack()
    {
        using var scope = TensorScope.Begin("test");
        using var dynamic = new RotaryTable(s_plain with { RopeType = RopeType.Dynamic, Factor = 2 }, headDim: 4);
        Tensor heads = Tensor.From([0f, 1, 0, 0], 1, 1, 4);
        float[] Turned(int length) => dynamic.Rotate(heads, new Fixed(length)).ToArray<float>();

        float[] shortText = Turned(8), longText = Turned(16), shortAgain = Turned(8);

        Assert.NotEqual(shortText, longText);
        Assert.Equal(shortText, shortAgain);
    }

    [Fact]
    public void Rotate_PartOfTheHead_LeavesTheRest()
    {
        using var scope = TensorScope.Begin("test");
        using var table = new RotaryTable(s_plain with { PartialRotaryFactor = 0.5 }, headDim: 8);
        Tensor heads = Tensor.Full(DType.F32, 1, 1, 1, 8);

        float[] turned = table.Rotate(heads, new Fixed(8)).ToArray<float>();

        Assert.NotEqual(1, turned[0]);
        Assert.All(turned[4..], value => Assert.Equal(1, value));
    }

    private sealed class Fixed(int length) : AttentionContext
    {
        public override Tensor Positions => Tensor.From([5], 1);

        public override int RotaryLength => length;

        public override Tensor Attend(int layer, Tensor q, Tensor k, Tensor v, AttentionOptions options) => throw new InvalidOperationException();
    }
}
