using Hone.Models;
using Hone.Models.Heads;
using Hone.Tensors;

namespace Hone.Conformance.Tests.TextModels;

/// <summary>Encoders against transformers: hidden states, poolings, gradients, padding on either side, masks with holes.</summary>
[ReadsFixture("text-models/encoder")]
public sealed class EncoderFixtureTests
{
    public static TheoryData<string> Cases => TextModelCase.Of("encoder");

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Cases))]
    public void Training_StatesPoolingsAndGradients_EqualTransformers(string name) => Check(name, ModelUse.FullTraining);

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Cases))]
    public void Inference_StatesAndPoolings_EqualTransformers(string name) => Check(name, ModelUse.Inference);

    private static void Check(string name, ModelUse use)
    {
        using var fixture = new TextModelCase(name);
        var close = new Tolerance();
        using Encoder model = fixture.LoadEncoder(use);
        foreach (string side in (string[])["right.", "left.", "hole."])
        {
            using var scope = TensorScope.Begin("test");
            (EncoderInput input, long[] visible) = Batch(fixture, model.Config, side);
            var layerInputs = new List<Tensor>();

            Tensor hidden = model.Forward(input, layerInputs);

            close.Values($"{side}last_hidden_state", Rows(hidden, visible).ToDoubles(), fixture.Doubles($"{side}last_hidden_state"));
            for (int i = 0; fixture.Expected.Has($"{side}hidden.{i}"); i++)
            {
                close.Values($"{side}hidden.{i}", layerInputs[i].ToDoubles(), fixture.Doubles($"{side}hidden.{i}"));
            }

            Tensor mean = SequencePooling.Mean(hidden, input.Context), normalized = SequencePooling.Normalize(mean);
            Compare(close, fixture, $"{side}mean", mean);
            Compare(close, fixture, $"{side}mean_normalized", normalized);
            Compare(close, fixture, $"{side}cls", SequencePooling.First(hidden, input.Context));
            Compare(close, fixture, $"{side}max", SequencePooling.Max(hidden, input.Context));
            Compare(close, fixture, $"{side}pooler_output", model.Pool(hidden, input.Context));
            if (fixture.Expected.Has($"{side}loss"))
            {
                Tensor loss = Ops.Sum(normalized * fixture.Inputs["direction"]);
                close.Loss($"{side}loss", loss.Item(), fixture.Doubles($"{side}loss")[0]);
                if (use == ModelUse.FullTraining)
                {
                    loss.Backward();
                    Gradients.Compare(close, model, fixture);
                }
            }
        }

        close.Report();
    }

    private static void Compare(Tolerance close, TextModelCase fixture, string what, Tensor? actual)
    {
        if (fixture.Expected.Has(what))
        {
            Assert.NotNull(actual);
            close.Values(what, actual.ToDoubles(), fixture.Doubles(what));
        }
    }

    /// <summary>The batch without padding, and which of its tokens the fixture has results for.</summary>
    private static (EncoderInput Input, long[] Visible) Batch(TextModelCase fixture, Models.Families.EncoderConfig config, string side)
    {
        string ids = side == "hole." ? "right." : side; // the same tokens under another mask
        EncoderInput input = TextModelCase.Unpad(fixture.Inputs, config, ids, side);
        return (input, Enumerable.Range(0, input.InputIds.Shape[0]).Where(token => !input.Context.HiddenTokens.Contains(token)).Select(token => (long)token).ToArray());
    }

    private static Tensor Rows(Tensor hidden, long[] rows) => rows.Length == hidden.Shape[0] ? hidden : Ops.IndexSelect(hidden, Tensor.From(rows, rows.Length));
}
