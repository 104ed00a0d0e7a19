using System.Text.Json;
using Hone.Tensors;
using Hone.Training.Optimizers;

namespace Hone.Conformance.Tests.Training;

/// <summary>Every optimizer, step by step, against torch and transformers.</summary>
[ReadsFixture("training/optimizers/AdamW")]
[ReadsFixture("training/optimizers/Adam")]
[ReadsFixture("training/optimizers/SGD")]
[ReadsFixture("training/optimizers/RMSprop")]
[ReadsFixture("training/optimizers/Adafactor")]
[ReadsFixture("training/optimizers/Lion")]
[ReadsFixture("training/optimizers/Muon")]
public sealed class OptimizerFixtureTests
{
    private const double Tolerance = 5e-6, MuonTolerance = 2e-3; // absolute, as the fixtures' README states

    public static TheoryData<string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string>();
            if (File.Exists(Fixtures.At("training", "optimizers.json")))
            {
                foreach (JsonProperty property in Root().GetProperty("cases").EnumerateObject())
                {
                    cases.Add(property.Name, "f32");
                    cases.Add(property.Name, "f64");
                }
            }

            return cases;
        }
    }

    public static TheoryData<int> Clips
    {
        get
        {
            var cases = new TheoryData<int>();
            if (File.Exists(Fixtures.At("training", "optimizers.json")))
            {
                cases.AddRange(Root().GetProperty("clip_grad_norm").EnumerateArray().Select(entry => entry.GetProperty("index").GetInt32()).ToArray());
            }

            return cases;
        }
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Cases))]
    public void Step_EveryStep_GivesTheReferencesParameters(string name, string type)
    {
        using var scope = TensorScope.Begin("test");
        Case fixture = new(name, type == "f64" ? DType.F64 : DType.F32);
        using Optimizer optimizer = fixture.CreateOptimizer();
        for (int step = 0; step < fixture.Steps; step++)
        {
            fixture.SetGradients(step);

            optimizer.Step(fixture.RateOf(step));

            fixture.AssertParameters(step);
        }
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Cases))]
    public void LoadState_IntoANewOptimizerMidway_GoesOnAsTheReference(string name, string type)
    {
        using var scope = TensorScope.Begin("test");
        Case fixture = new(name, type == "f64" ? DType.F64 : DType.F32);
        Optimizer optimizer = fixture.CreateOptimizer();
        for (int step = 0; step < fixture.Steps; step++)
        {
            fixture.SetGradients(step);
            if (step == fixture.Steps / 2)
            {
                Dictionary<string, Tensor> saved = optimizer.State().ToDictionary(pair => pair.Name, pair => Tensor.Zeros(pair.Value.DType, pair.Value.Shape));
                foreach ((string key, Tensor value) in optimizer.State())
                {
                    saved[key].CopyFrom(value);
                }

                optimizer.Dispose();
                optimizer = fixture.CreateOptimizer();
                optimizer.LoadState(saved);
            }

            optimizer.Step(fixture.RateOf(step));
            fixture.AssertParameters(step);
        }

        optimizer.Dispose();
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Clips))]
    public void Clip_Gradients_EqualTorchs(int index)
    {
        JsonElement entry = Root().GetProperty("clip_grad_norm").EnumerateArray().Single(e => e.GetProperty("index").GetInt32() == index);
        var file = Tensors();
        string before = $"clip.{index}.before.";
        using var scope = TensorScope.Begin("test");
        List<Parameter> parameters = [];
        foreach (string name in file.Names.Where(n => n.StartsWith(before, StringComparison.Ordinal)))
        {
            var parameter = new Parameter(Tensor.Zeros(DType.F32, file.ShapeOf(name)), name[before.Length..]);
            parameter.Backward(file[name]);
            parameters.Add(parameter);
        }

        JsonElement kind = entry.GetProperty("norm_type");
        var clipping = new GradientClipping
        {
            MaxNorm = entry.GetProperty("max_norm").GetDouble(),
            NormType = kind.ValueKind == JsonValueKind.String ? NormKind.Max : kind.GetDouble() == 1 ? NormKind.L1 : NormKind.L2,
        };
        GradientNorm norm = clipping.Clip(parameters);

        double expected = entry.GetProperty("total_norm").GetDouble();
        Assert.True(Math.Abs(norm.Norm - expected) <= 1e-6 * expected, $"norm {norm.Norm:R}, expected {expected:R}"); // f32 in torch
        Assert.NotEmpty(parameters);
        foreach (Parameter parameter in parameters)
        {
            double[] actual = parameter.Grad!.ToDoubles(), after = file[$"clip.{index}.after.{parameter.Name}"].ToDoubles();
            for (int i = 0; i < actual.Length; i++)
            {
                Assert.True(Math.Abs(actual[i] - after[i]) <= 1e-6 * Math.Abs(after[i]), $"{parameter.Name}: element {i} is {actual[i]:R}, expected {after[i]:R}");
            }
        }
    }

    private static JsonElement Root() => Fixtures.Json("training", "optimizers.json");

    private static FixtureTensors Tensors() => new(Fixtures.At("training", "optimizers.safetensors"));

    private sealed class Case
    {
        private readonly string _name;
        private readonly JsonElement _entry;
        private readonly FixtureTensors _file = Tensors();
        private readonly DType _dtype;
        private readonly Dictionary<string, Parameter> _parameters;
        private readonly double[] _varyingRates;

        public Case(string name, DType dtype)
        {
            _name = name;
            _dtype = dtype;
            _entry = Root().GetProperty("cases").GetProperty(name);
            Steps = Root().GetProperty("steps").GetInt32();
            _varyingRates = [.. Root().GetProperty("varying_lr").EnumerateArray().Select(rate => rate.GetDouble())];
            _parameters = _entry.GetProperty("parameters").EnumerateArray().Select(p => p.GetString()!).ToDictionary(p => p, p => new Parameter(Ops.Cast(_file[$"init.{p}"], dtype), p));
        }

        public int Steps { get; }

        private string Kind => _entry.GetProperty("optimizer").GetString()!;

        public Optimizer CreateOptimizer()
        {
            var arguments = _entry.GetProperty("arguments").EnumerateObject().Select(a => (a.Name == "lr" ? "learning_rate" : a.Name, a.Value)).ToList();
            OptimizerOptions options = FixtureOptions.Create<OptimizerOptions>("optimizer", Kind.ToLowerInvariant(), arguments);
            return options.Create([new ParameterGroup { Name = "all", Parameters = [.. _parameters.Values], WeightDecay = options.WeightDecay }]);
        }

        /// <summary>The rate of a step; an optimizer with a step size of its own takes it as it is.</summary>
        public double RateOf(int step) => _name.Contains("varying_lr", StringComparison.Ordinal) ? _varyingRates[step]
            : _entry.GetProperty("arguments").TryGetProperty("lr", out JsonElement rate) ? rate.GetDouble()
            : Kind == "Adafactor" && (!_entry.GetProperty("arguments").TryGetProperty("relative_step", out JsonElement relative) || relative.GetBoolean()) ? 1
            : 1e-3; // the default of torch

        public void SetGradients(int step)
        {
            foreach ((string name, Parameter parameter) in _parameters)
            {
                parameter.ZeroGrad();

                // The README: b has no gradient in steps 1, 4 and 7 of the case with missing gradients.
                if (!_name.Contains("missing_grad", StringComparison.Ordinal) || name != "b" || step % 3 != 1)
                {
                    parameter.Backward(Ops.Cast(Ops.Select(_file[$"grad.{name}"], 0, step), _dtype));
                }
            }
        }

        public void AssertParameters(int step)
        {
            double tolerance = Kind == "Muon" ? MuonTolerance : Tolerance;
            Assert.NotEmpty(_parameters);
            foreach ((string name, Parameter parameter) in _parameters)
            {
                double[] actual = parameter.ToDoubles(), expected = Ops.Select(_file[$"{_name}.{name}"], 0, step).ToDoubles();
                Assert.Equal(expected.Length, actual.Length);
                for (int i = 0; i < actual.Length; i++)
                {
                    Assert.True(Math.Abs(actual[i] - expected[i]) <= tolerance, $"{_name} {name} step {step}: element {i} is {actual[i]:R}, expected {expected[i]:R}");
                }
            }
        }
    }
}
