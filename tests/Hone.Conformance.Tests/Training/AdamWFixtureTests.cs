using System.Text.Json;
using Hone.Tensors;

namespace Hone.Conformance.Tests.Training;

/// <summary>AdamW and Adam, step by step, against <c>torch.optim</c>.</summary>
[ReadsFixture("training/optimizers/AdamW")]
[ReadsFixture("training/optimizers/Adam")]
public sealed class AdamWFixtureTests
{
    private const double Tolerance = 5e-6; // absolute, as the fixtures' README states

    public static TheoryData<string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string>();
            string path = Fixtures.At("training", "optimizers.json");
            if (File.Exists(path))
            {
                foreach (JsonProperty property in Fixtures.Json("training", "optimizers.json").GetProperty("cases").EnumerateObject())
                {
                    if (property.Value.GetProperty("optimizer").GetString() is "AdamW" or "Adam")
                    {
                        cases.Add(property.Name, "f32");
                        cases.Add(property.Name, "f64");
                    }
                }
            }

            return cases;
        }
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Cases))]
    public void AdamWStep_EveryStep_EqualsTorch(string name, string type)
    {
        JsonElement root = Fixtures.Json("training", "optimizers.json");
        JsonElement entry = root.GetProperty("cases").GetProperty(name);
        JsonElement arguments = entry.GetProperty("arguments");
        var file = new FixtureTensors(Fixtures.At("training", "optimizers.safetensors"));
        DType dtype = type == "f64" ? DType.F64 : DType.F32;
        using var scope = TensorScope.Begin("test");
        string[] names = entry.GetProperty("parameters").EnumerateArray().Select(p => p.GetString()!).ToArray();
        Dictionary<string, State> states = names.ToDictionary(p => p, p => new State(Ops.Cast(file[$"init.{p}"], dtype), p, arguments));
        int compared = 0;
        for (int step = 0; step < root.GetProperty("steps").GetInt32(); step++)
        {
            double rate = name.Contains("varying_lr", StringComparison.Ordinal) ? root.GetProperty("varying_lr")[step].GetDouble() : Number(arguments, "lr", 1e-3);
            foreach ((string p, State state) in states)
            {
                Tensor expected = Ops.Select(file[$"{name}.{p}"], 0, step);
                if (!IsMissing(name, p, step))
                {
                    state.Step(Ops.Cast(Ops.Select(file[$"grad.{p}"], 0, step), dtype), rate, entry.GetProperty("optimizer").GetString() == "AdamW", arguments);
                }

                AssertClose(state.Parameter, expected, $"{name} {p} step {step}");
                compared++;
            }
        }

        Assert.Equal(names.Length * root.GetProperty("steps").GetInt32(), compared);
    }

    /// <summary>The README: b has no gradient in steps 1, 4 and 7 of the case with missing gradients.</summary>
    private static bool IsMissing(string name, string parameter, int step) =>
        name.Contains("missing_grad", StringComparison.Ordinal) && parameter == "b" && step % 3 == 1 && step <= 7;

    private static double Number(JsonElement arguments, string key, double fallback) => arguments.TryGetProperty(key, out JsonElement value) ? value.GetDouble() : fallback;

    private static void AssertClose(Tensor actual, Tensor expected, string what)
    {
        double[] a = actual.ToDoubles();
        double[] e = expected.ToDoubles();
        Assert.Equal(e.Length, a.Length);
        for (int i = 0; i < a.Length; i++)
        {
            Assert.True(Math.Abs(a[i] - e[i]) <= Tolerance, $"{what}: element {i} is {a[i]:R}, expected {e[i]:R}");
        }
    }

    private sealed class State(Tensor initial, string name, JsonElement arguments)
    {
        private readonly Tensor _first = Tensor.Zeros(initial.DType, initial.Shape);
        private readonly Tensor _second = Tensor.Zeros(initial.DType, initial.Shape);
        private readonly Tensor? _largest = arguments.TryGetProperty("amsgrad", out JsonElement on) && on.GetBoolean() ? Tensor.Zeros(initial.DType, initial.Shape) : null;
        private long _steps;

        public Parameter Parameter { get; } = new(initial, name);

        public void Step(Tensor gradient, double rate, bool isDecoupled, JsonElement arguments)
        {
            Parameter.ZeroGrad();
            Parameter.Backward(gradient);
            JsonElement? betas = arguments.TryGetProperty("betas", out JsonElement given) ? given : null;
            var entry = new AdamWTensors(Parameter, _first, _second, rate, Number(arguments, "weight_decay", isDecoupled ? 0.01 : 0)) { MaxSecondMoment = _largest };
            Ops.AdamWStep([entry], new AdamWSettings
            {
                Beta1 = betas?[0].GetDouble() ?? 0.9,
                Beta2 = betas?[1].GetDouble() ?? 0.999,
                Epsilon = Number(arguments, "eps", 1e-8),
                Step = ++_steps,
                IsDecoupled = isDecoupled,
            });
        }
    }
}
