using Hone.Core.Random;
using Op = Hone.Tensors.Ops;

namespace Hone.Tensors.Tests.Ops;

/// <summary>For every op a case that was computed by hand, with its arithmetic in the comment beside it.</summary>
public sealed class HandComputedTests
{
    private static readonly Dictionary<string, Func<(Tensor Actual, double[] Expected)>> s_cases = new()
    {
        ["abs"] = () => (Op.Abs(Row(-2, 0, 3)), [2, 0, 3]),
        ["add"] = () => (Row(1, 2) + Row(10, 20), [11, 22]),
        ["add_scalar"] = () => (Op.AddScalar(Row(1, -2), 0.5), [1.5, -1.5]),
        ["cast"] = () => (Op.Cast(Row(1.00390625, 2), DType.BF16), [1, 2]), // 1 + 2⁻⁸ lies halfway between bf16 neighbours 1 and 1 + 2⁻⁷: to even
        ["clamp"] = () => (Op.Clamp(Row(-5, 0.25, 5), -1, 1), [-1, 0.25, 1]),
        ["concatenate"] = () => (Op.Concatenate([Row(1, 2), Row(3)], 0), [1, 2, 3]),
        ["cos"] = () => (Op.Cos(Row(0, Math.PI)), [1, -1]),
        ["cross_entropy"] = () => (Op.CrossEntropy(Matrix(2, 2, 0, 1.0986122886681098, 5, 6), Tensor.From([0L, -100L], 2)).Sum, [1.3862943611198906]), // shares 1/4 and 3/4: −ln ¼; the second row has no label
        ["divide"] = () => (Row(1, -9) / Row(4, 3), [0.25, -3]),
        ["dropout"] = () => (Op.Dropout(Row(1, 2, 3), 0, new RandomStream(1, "x")), [1, 2, 3]),
        ["embedding"] = () => (Op.Embedding(Matrix(3, 2, 1, 2, 3, 4, 5, 6), Tensor.From([2L, 0L], 2)), [5, 6, 1, 2]),
        ["exp"] = () => (Op.Exp(Row(0, 1)), [1, 2.718281828459045]),
        ["expand"] = () => (Op.Expand(Row(1, 2), 2, 2), [1, 2, 1, 2]),
        ["gather"] = () => (Op.Gather(Matrix(2, 3, 1, 2, 3, 4, 5, 6), 1, Tensor.From([2L, 0L], 2, 1)), [3, 4]),
        ["geglu"] = () => (Op.GeGlu(Row(1, 2), tanhForm: false), [1.6826894921370859]), // Φ(1)·2
        ["gelu"] = () => (Op.Gelu(Row(0, 1, -1)), [0, 0.84134474606854293, -0.15865525393145707]), // Φ(1); −(1 − Φ(1))
        ["gelu_tanh"] = () => (Op.GeluTanh(Row(0, 1)), [0, 0.8411919906082767]), // (1 + tanh(0.7978845608 · 1.044715))/2
        ["index_select"] = () => (Op.IndexSelect(Matrix(3, 2, 1, 2, 3, 4, 5, 6), Tensor.From([2L, 0L], 2)), [5, 6, 1, 2]),
        ["info_nce"] = () => (Op.InfoNce(Matrix(1, 1, 1), Matrix(2, 1, 0, 0), Tensor.From([0L], 1), 1), [0.6931471805599453]), // two equal candidates: −ln ½
        ["layer_norm"] = () => (Op.LayerNorm(Row(2, 4), Row(2, 3), Row(10, 20), eps: 0), [8, 23]), // mean 3, variance 1: (−1, 1)·(2, 3) + (10, 20)
        ["linear"] = () => (Op.Linear(Row(1, 2), Matrix(2, 2, 3, 4, 5, 6), Row(10, 20)), [21, 37]), // 1·3 + 2·4 + 10, 1·5 + 2·6 + 20
        ["linear_cross_entropy"] = () => (Op.LinearCrossEntropy(Matrix(1, 1, 1.0986122886681098), Matrix(2, 1, 0, 1), Tensor.From([1L], 1)).Sum, [0.28768207245178093]), // logits 0 and ln 3: −ln ¾
        ["linear_log_probabilities"] = () => (Op.LinearLogProbabilities(Matrix(2, 1, 1.0986122886681098, 5), Matrix(2, 1, 0, 1), Tensor.From([1L, -100], 2)), [-0.28768207245178093, 0]), // logits 0 and ln 3: ln ¾; no label: 0
        ["log"] = () => (Op.Log(Row(1, 2.718281828459045)), [0, 1]),
        ["log_one_minus_exp"] = () => (Op.LogOneMinusExp(Row(-1.3862943611198906)), [-0.28768207245178093]), // 1 − ¼: ln ¾
        ["log_softmax"] = () => (Op.LogSoftmax(Row(0, 1.0986122886681098)), [-1.3862943611198906, -0.28768207245178093]), // ln ¼, ln ¾
        ["log_sum_exp"] = () => (Op.LogSumExp(Row(1000, 1000), 0), [1000.6931471805599]), // 1000 + ln 2
        ["mat_mul"] = () => (Op.MatMul(Matrix(2, 2, 1, 2, 3, 4), Matrix(2, 2, 5, 6, 7, 8)), [19, 22, 43, 50]), // 1·5 + 2·7, 1·6 + 2·8, …
        ["max"] = () => (Op.Max(Matrix(2, 3, 1, 9, 2, -1, -3, -2), 1), [9, -1]),
        ["maximum"] = () => (Op.Maximum(Row(1, 5), Row(3, 2)), [3, 5]),
        ["mean"] = () => (Op.Mean(Matrix(2, 2, 1, 2, 3, 6), false, 0), [2, 4]), // (1 + 3)/2, (2 + 6)/2
        ["minimum"] = () => (Op.Minimum(Row(1, 5), Row(3, 2)), [1, 2]),
        ["low_rank_linear"] = () => (Op.LowRankLinear(Row(1, 2), PackedWeight.Create(Matrix(2, 2, 3, 4, 5, 6), false), null, Matrix(1, 2, 2, 1), Matrix(2, 1, 7, 8), 0.5), [25, 33]), // 11 + 0.5·7·(2 + 2), 17 + 0.5·8·4
        ["multiply"] = () => (Row(2, 3) * Row(5, -7), [10, -21]),
        ["negate"] = () => (-Row(2, -3), [-2, 3]),
        ["packed_linear"] = () => (Op.PackedLinear(Row(1, 2), PackedWeight.Create(Matrix(2, 2, 3, 4, 5, 6), false)), [11, 17]), // 1·3 + 2·4, 1·5 + 2·6
        ["permute"] = () => (Op.Permute(Matrix(2, 3, 1, 2, 3, 4, 5, 6), 1, 0), [1, 4, 2, 5, 3, 6]),
        ["power"] = () => (Op.Power(Row(2, 9), 1.5), [2.8284271247461903, 27]), // 2√2, 9·3
        ["relu"] = () => (Op.Relu(Row(-1, 0, 2)), [0, 0, 2]),
        ["reshape"] = () => (Op.Reshape(Op.Transpose(Matrix(2, 2, 1, 2, 3, 4)), 4), [1, 3, 2, 4]),
        ["rms_norm"] = () => (Op.RmsNorm(Row(3, 4), Row(0, 1), eps: 0, weightOffset: 1), [0.84852813742385702, 2.2627416997969521]), // 3/√12.5·1, 4/√12.5·2
        ["rotary_embedding"] = () => (Op.RotaryEmbedding(Op.Reshape(Row(1, 2, 3, 4), 1, 1, 4), Tensor.From([0], 1), Tensor.From([0f, 0f], 1, 2), Tensor.From([1f, 1f], 1, 2)), [-3, -4, 1, 2]), // a quarter turn: (a, b) → (−b, a)
        ["rsqrt"] = () => (Op.ReciprocalSqrt(Row(4, 0.25)), [0.5, 2]),
        ["scale"] = () => (Row(2, -3) * 1.5, [3, -4.5]),
        ["scaled_dot_product_attention"] = () => (Op.ScaledDotProductAttention(Op.Reshape(Row(0), 1, 1, 1, 1), Op.Reshape(Row(7, -7), 1, 1, 2, 1), Op.Reshape(Row(2, 4), 1, 1, 2, 1)), [3]), // equal scores: the mean of the values
        ["segment_repeat"] = () => (Op.SegmentRepeat(Row(5, 6, 7), 2, 0, 1), [5, 5, 7]),
        ["segment_sum"] = () => (Op.SegmentSum(Row(1, 2, 4), 2, 0, 1), [3, 0, 4]),
        ["sigmoid"] = () => (Op.Sigmoid(Row(0, 1.0986122886681098)), [0.5, 0.75]), // σ(ln 3) = 3/4
        ["silu"] = () => (Op.Silu(Row(0, 1.0986122886681098)), [0, 0.8239592165010823]), // ln 3 · 3/4
        ["sin"] = () => (Op.Sin(Row(0, Math.PI / 2)), [0, 1]),
        ["slice"] = () => (Op.Slice(Row(1, 2, 3, 4, 5), 0, 1, 2, 2), [2, 4]),
        ["softmax"] = () => (Op.Softmax(Row(0, 1.0986122886681098)), [0.25, 0.75]), // 1 : 3
        ["softplus"] = () => (Op.Softplus(Row(0, 100)), [0.6931471805599453, 100]), // ln 2; e⁻¹⁰⁰ vanishes
        ["sqrt"] = () => (Op.Sqrt(Row(9, 2)), [3, 1.4142135623730951]),
        ["square"] = () => (Op.Square(Row(-3, 0.5)), [9, 0.25]),
        ["subtract"] = () => (Row(1, 2) - Row(10, -20), [-9, 22]),
        ["sum"] = () => (Op.Sum(Matrix(2, 2, 1, 2, 3, 4), false, 1), [3, 7]),
        ["swiglu"] = () => (Op.SwiGlu(Row(1, 2)), [1.4621171572600098]), // 1/(1 + e⁻¹)·2
        ["tanh"] = () => (Op.Tanh(Row(0, 0.5493061443340549)), [0, 0.5]), // tanh(½ ln 3) = (3 − 1)/(3 + 1)
        ["where"] = () => (Op.Where(Tensor.From([true, false], 2), Row(1, 2), Row(3, 4)), [1, 4]),
    };

    public static TheoryData<string> Names => OpCatalog.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Op_OnTheHandComputedCase_GivesItsValue(string op)
    {
        Assert.True(s_cases.TryGetValue(op, out Func<(Tensor, double[])>? make), $"{op} has no hand-computed case: add one to {nameof(HandComputedTests)}");
        using var scope = TensorScope.Begin("test");

        (Tensor actual, double[] expected) = make();

        Close.Assert(actual.ToDoubles(), expected, 1e-14, 1e-15, op);
    }

    private static Tensor Row(params double[] values) => Tensor.From(values, values.Length);

    private static Tensor Matrix(int rows, int columns, params double[] values) => Tensor.From(values, rows, columns);
}
