using Hone.Models;
using Hone.Tensors;

namespace Hone.Conformance.Tests.TextModels;

/// <summary>Classifiers and rerankers against transformers: logits, scores, losses, gradients.</summary>
[ReadsFixture("text-models/sequence-classification")]
public sealed class ClassifierFixtureTests
{
    public static TheoryData<string> Cases => TextModelCase.Of("sequence-classification");

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Cases))]
    public void Training_LogitsScoresAndGradients_EqualTransformers(string name)
    {
        using var fixture = new TextModelCase(name);
        var close = new Tolerance();
        using SequenceClassifier model = fixture.LoadClassifier(ModelUse.FullTraining);
        using var scope = TensorScope.Begin("test");

        Tensor logits = model.Forward(TextModelCase.Unpad(fixture.Inputs, model.Config, string.Empty, string.Empty));
        Tensor loss = Loss(logits, fixture.Inputs["labels"]);
        loss.Backward();

        close.Values("logits", logits.ToDoubles(), fixture.Doubles("logits"));
        close.Values("scores", SequenceClassifier.Scores(logits).ToDoubles(), fixture.Doubles("scores"));
        close.Loss("loss", loss.Item(), fixture.Doubles("loss")[0]);
        Gradients.Compare(close, model, fixture);
        close.Report();
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Cases))]
    public void Inference_Logits_EqualTransformers(string name)
    {
        using var fixture = new TextModelCase(name);
        var close = new Tolerance();
        using SequenceClassifier model = fixture.LoadClassifier(ModelUse.Inference);
        using var scope = TensorScope.Begin("test");

        Tensor logits = model.Forward(TextModelCase.Unpad(fixture.Inputs, model.Config, string.Empty, string.Empty));

        close.Values("logits", logits.ToDoubles(), fixture.Doubles("logits"));
        close.Report();
    }

    /// <summary>Cross-entropy of classes; with one label, binary cross-entropy of its logit: softplus(z) − z·y.</summary>
    private static Tensor Loss(Tensor logits, Tensor labels)
    {
        if (logits.Shape[1] > 1)
        {
            return Ops.CrossEntropy(logits, labels).Mean();
        }

        Tensor z = Ops.Reshape(logits, logits.Shape[0]);
        return Ops.Mean(Ops.Softplus(z) - (z * labels));
    }
}
