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
        ["divide"] = () => (Row(1, -9) / Row(4, 3), [0.25, -3]),
        ["dropout"] = () => (Op.Dropout(Row(1, 2, 3), 0, new RandomStream(1, "x")), [1, 2, 3]),
        ["exp"] = () => (Op.Exp(Row(0, 1)), [1, 2.718281828459045]),
        ["expand"] = () => (Op.Expand(Row(1, 2), 2, 2), [1, 2, 1, 2]),
        ["gather"] = () => (Op.Gather(Matrix(2, 3, 1, 2, 3, 4, 5, 6), 1, Tensor.From([2L, 0L], 2, 1)), [3, 4]),
        ["index_select"] = () => (Op.IndexSelect(Matrix(3, 2, 1, 2, 3, 4, 5, 6), Tensor.From([2L, 0L], 2)), [5, 6, 1, 2]),
        ["info_nce"] = () => (Op.InfoNce(Matrix(1, 1, 1), Matrix(2, 1, 0, 0), Tensor.From([0L], 1), 1), [0.6931471805599453]), // two equal candidates: −ln ½
        ["linear"] = () => (Op.Linear(Row(1, 2), Matrix(2, 2, 3, 4, 5, 6), Row(10, 20)), [21, 37]), // 1·3 + 2·4 + 10, 1·5 + 2·6 + 20
        ["log"] = () => (Op.Log(Row(1, 2.718281828459045)), [0, 1]),
        ["log_sum_exp"] = () => (Op.LogSumExp(Row(1000, 1000), 0), [1000.6931471805599]), // 1000 + ln 2
        ["mat_mul"] = () => (Op.MatMul(Matrix(2, 2, 1, 2, 3, 4), Matrix(2, 2, 5, 6, 7, 8)), [19, 22, 43, 50]), // 1·5 + 2·7, 1·6 + 2·8, …
        ["max"] = () => (Op.Max(Matrix(2, 3, 1, 9, 2, -1, -3, -2), 1), [9, -1]),
        ["maximum"] = () => (Op.Maximum(Row(1, 5), Row(3, 2)), [3, 5]),
        ["mean"] = () => (Op.Mean(Matrix(2, 2, 1, 2, 3, 6), false, 0), [2, 4]), // (1 + 3)/2, (2 + 6)/2
        ["minimum"] = () => (Op.Minimum(Row(1, 5), Row(3, 2)), [1, 2]),
        ["multiply"] = () => (Row(2, 3) * Row(5, -7), [10, -21]),
        ["negate"] = () => (-Row(2, -3), [-2, 3]),
        ["packed_linear"] = () => (Op.PackedLinear(Row(1, 2), PackedWeight.Create(Matrix(2, 2, 3, 4, 5, 6), false)), [11, 17]), // 1·3 + 2·4, 1·5 + 2·6
        ["permute"] = () => (Op.Permute(Matrix(2, 3, 1, 2, 3, 4, 5, 6), 1, 0), [1, 4, 2, 5, 3, 6]),
        ["power"] = () => (Op.Power(Row(2, 9), 1.5), [2.8284271247461903, 27]), // 2√2, 9·3
        ["relu"] = () => (Op.Relu(Row(-1, 0, 2)), [0, 0, 2]),
        ["reshape"] = () => (Op.Reshape(Op.Transpose(Matrix(2, 2, 1, 2, 3, 4)), 4), [1, 3, 2, 4]),
        ["rsqrt"] = () => (Op.ReciprocalSqrt(Row(4, 0.25)), [0.5, 2]),
        ["scale"] = () => (Row(2, -3) * 1.5, [3, -4.5]),
        ["sigmoid"] = () => (Op.Sigmoid(Row(0, 1.0986122886681098)), [0.5, 0.75]), // σ(ln 3) = 3/4
        ["silu"] = () => (Op.Silu(Row(0, 1.0986122886681098)), [0, 0.8239592165010823]), // ln 3 · 3/4
        ["sin"] = () => (Op.Sin(Row(0, Math.PI / 2)), [0, 1]),
        ["slice"] = () => (Op.Slice(Row(1, 2, 3, 4, 5), 0, 1, 2, 2), [2, 4]),
        ["softplus"] = () => (Op.Softplus(Row(0, 100)), [0.6931471805599453, 100]), // ln 2; e⁻¹⁰⁰ vanishes
        ["sqrt"] = () => (Op.Sqrt(Row(9, 2)), [3, 1.4142135623730951]),
        ["square"] = () => (Op.Square(Row(-3, 0.5)), [9, 0.25]),
        ["subtract"] = () => (Row(1, 2) - Row(10, -20), [-9, 22]),
        ["scaled_dot_product_attention"] = () => (Op.ScaledDotProductAttention(Op.Reshape(Row(0), 1, 1, 1, 1), Op.Reshape(Row(7, -7), 1, 1, 2, 1), Op.Reshape(Row(2, 4), 1, 1, 2, 1)), [3]), // equal scores: the mean of the values
        ["sum"] = () => (Op.Sum(Matrix(2, 2, 1, 2, 3, 4), false, 1), [3, 7]),
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
