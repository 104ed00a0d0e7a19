using Hone.Models;

namespace Hone.Inference.Tests.Scheduling;

public sealed class BeamSearchTests
{
    [Theory]
    [InlineData(2, 1.0, 1)]
    [InlineData(4, 1.0, 2)]
    [InlineData(3, 0.0, 3)]
    [InlineData(3, 2.0, 4)]
    public void Beams_ManyEnds_EqualAPlainSearch(int width, double penalty, ulong seed)
    {
        using CausalLm model = TinyModel.Load(seed, scale: 0.35f);
        int[] prompt = TinyModel.Prompt(seed, 20);
        int[] ends = [.. Enumerable.Range(0, 25).Select(i => i * 12)];
        var request = new GenerationRequest { PromptIds = [.. prompt], MaxTokens = 9, StopTokens = [.. ends], BeamWidth = width, Samples = width, LengthPenalty = penalty, LogProbabilities = 0 };

        GenerationResult alone = Loops.Run(model, new EngineOptions { CacheBytes = 4 << 20 }, request).Single();
        List<GenerationResult> crowded = Loops.Run(model, new EngineOptions { CacheBytes = Loops.Pages(model, 2 + (2 * width) + 1), MaxStepTokens = 5 }, [request, .. Loops.Mixed(3), request], out _);

        List<(int[] Ids, double Score)> expected = Search(model, prompt, ends, width, penalty, 9);
        Assert.Equal(expected.Count, alone.Texts.Length);
        for (int i = 0; i < expected.Count; i++)
        {
            Assert.Equal(expected[i].Ids, alone.Texts[i].Ids);
            Assert.Equal(expected[i].Score, alone.Texts[i].BeamScore!.Value, 1e-4);
            double sum = alone.Texts[i].Scores.Sum(score => score.Token.LogProbability);
            Assert.Equal(expected[i].Score, sum / Math.Pow(expected[i].Ids.Length, penalty), 1e-4);
        }

        Assert.Equal(Loops.Bits(alone), Loops.Bits(crowded[0]));
        Assert.Equal(Loops.Bits(alone), Loops.Bits(crowded[^1]));
    }

    // The same search over whole texts, without cache, engine or shared code.
    private static List<(int[] Ids, double Score)> Search(CausalLm model, int[] prompt, int[] ends, int width, double penalty, int maxTokens)
    {
        List<(List<int> Text, double Sum)> beams = [([.. prompt], 0)];
        var done = new List<(int[] Ids, double Score)>();
        for (int length = 1; length <= maxTokens; length++)
        {
            var next = new List<(List<int> Text, int Token, double Sum)>();
            foreach ((List<int> text, double sum) in beams)
            {
                float[] logits = Loops.Logits(model, text);
                double normalizer = Math.Log(logits.Sum(l => Math.Exp(l)));
                next.AddRange(logits.Select((logit, token) => (text, token, sum + logit - normalizer)));
            }

            next = [.. next.OrderByDescending(n => n.Sum).Take(2 * width)];
            beams = [];
            for (int rank = 0; rank < next.Count && beams.Count < width; rank++)
            {
                (List<int> text, int token, double sum) = next[rank];
                if (ends.Contains(token))
                {
                    if (rank < width)
                    {
                        Add([.. text.Skip(prompt.Length), token], sum);
                    }
                }
                else
                {
                    beams.Add(([.. text, token], sum));
                }
            }

            if (done.Count >= width && done[^1].Score >= beams[0].Sum / Math.Pow(length, penalty))
            {
                return done;
            }
        }

        beams.ForEach(beam => Add([.. beam.Text.Skip(prompt.Length)], beam.Sum));
        return done;

        void Add(int[] ids, double sum)
        {
            done.Add((ids, sum / Math.Pow(ids.Length, penalty)));
            done = [.. done.OrderByDescending(d => d.Score).Take(width)];
        }
    }
}
