using Hone.Models.Nn;
using Hone.Tensors;
using Hone.Training.Optimizers;

namespace Hone.Training.Tests.Optimizers;

public sealed class ParameterGroupsTests
{
    [Fact]
    public void Create_FullTraining_LeavesBiasesAndNormsUndecayed()
    {
        using var toy = new Toy("model.embed_tokens.weight", "layers.0.q_proj.weight", "layers.0.q_proj.bias", "layers.0.q_norm.weight", "layers.0.input_layernorm.weight", "abnormal.weight", "norm.weight");

        IReadOnlyList<ParameterGroup> groups = ParameterGroups.Create(toy, null, new AdamWOptions { LearningRate = 1, WeightDecay = 0.3 });

        Assert.Equal(["decay", "no_decay"], groups.Select(group => group.Name));
        Assert.Equal([0.3, 0], groups.Select(group => group.WeightDecay));
        Assert.Equal(["model.embed_tokens.weight", "layers.0.q_proj.weight", "abnormal.weight"], groups[0].Parameters.Select(parameter => parameter.Name));
        Assert.Equal(["layers.0.q_proj.bias", "layers.0.q_norm.weight", "layers.0.input_layernorm.weight", "norm.weight"], groups[1].Parameters.Select(parameter => parameter.Name));
    }

    [Fact]
    public void Create_FrozenParameters_AreLeftOut()
    {
        using var toy = new Toy("a.weight", "b.weight");
        toy.Parameters().First().IsTrainable = false;

        Assert.Equal(["b.weight"], ParameterGroups.Create(toy, null, new SgdOptions { LearningRate = 1 }).SelectMany(group => group.Parameters).Select(parameter => parameter.Name));
        toy.Parameters().Last().IsTrainable = false;
        Assert.Throws<TrainingException>(() => ParameterGroups.Create(toy, null, new SgdOptions { LearningRate = 1 }));
    }

    [Fact]
    public void Create_LoraPlusWithoutAnAdapter_IsRefused()
    {
        using var toy = new Toy("a.weight");

        TrainingException error = Assert.Throws<TrainingException>(() => ParameterGroups.Create(toy, null, new AdamWOptions { LearningRate = 1, LoraplusLrRatio = 16 }));

        Assert.Equal("optimizer.loraplus_lr_ratio", error.Where);
    }

    private sealed class Toy(params string[] names) : Module
    {
        private readonly Parameter[] _parameters = [.. names.Select(name => new Parameter(Tensor.Zeros(DType.F32, 2), name))];

        protected override IEnumerable<Parameter> OwnParameters => _parameters;

        protected override void Dispose(bool isDisposing)
        {
            Array.ForEach(_parameters, parameter => parameter.Dispose());
            base.Dispose(isDisposing);
        }
    }
}
