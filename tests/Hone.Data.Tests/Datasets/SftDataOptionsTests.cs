using Hone.Core.Recipes;
using Hone.Core.Registry;
using Hone.Core.Stages;
using Hone.Data.Collators;
using Hone.Data.Datasets;
using Hone.Data.Formats;
using Hone.Data.Packing;

namespace Hone.Data.Tests.Datasets;

public sealed class SftDataOptionsTests : IDisposable
{
    private static readonly PartRegistry s_registry = new(() => [typeof(Stage).Assembly, typeof(RowFormat).Assembly, typeof(TakeStage).Assembly]);

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Read_Recipe_BindsEveryKey()
    {
        string data = _folder.Write("a.jsonl", "{}");

        TakeStage stage = Read($$"""
            data:
              sources: [{{data}}, { path: {{data}}, weight: 0.5, max_rows: 7, format: { type: alpaca, prompt: q, query: null } }]
              max_tokens: 512
              truncation: keep_end
              loss_on: last_assistant
              packing: best_fit
              invalid_rows: drop
              validation_fraction: 0.1
              template_variables: { enable_thinking: "false" }
            batch: { rows: null, tokens: 4096, group_by_length: true }
            """);

        Assert.Equal((512, Truncation.KeepEnd, LossOn.LastAssistant, PackingStrategy.BestFit, InvalidRows.Drop), (stage.Data.MaxTokens, stage.Data.Truncation, stage.Data.LossOn, stage.Data.Packing, stage.Data.InvalidRows));
        Assert.Equal(data, stage.Data.Sources[0].Path);
        Assert.Equal(new AlpacaFormat { Prompt = "q", Query = null }, stage.Data.Sources[1].Format);
        Assert.Equal((0.5, 7L), (stage.Data.Sources[1].Weight, stage.Data.Sources[1].MaxRows));
        Assert.Equal(new BatchOptions { Rows = null, Tokens = 4096, GroupByLength = true }, stage.Batch);
    }

    [Theory]
    [InlineData("data: { sources: [DATA], packing: wrapped, truncation: drop }", "splits long examples")]
    [InlineData("data: { sources: [DATA], validation_rows: 3, validation_fraction: 0.1 }", "what to validate on")]
    [InlineData("data: { sources: [{ path: DATA, name: x }] }", "no such file")]
    [InlineData("data: { sources: [{ weight: 2 }] }", "a file is needed")]
    [InlineData("data: { sources: [] }", "at least 1 item")]
    [InlineData("data: { sources: [{ path: DATA, format: { type: alpacca } }] }", "alpaca")]
    [InlineData("data: { sources: [DATA] }\nbatch: { rows: null }", "nothing limits a batch")]
    [InlineData("data: { sources: [DATA] }\nbatch: { rows: null, tokens: 5, drop_last: true }", "no batch is too small")]
    public void Read_Contradiction_IsLocated(string yaml, string message)
    {
        string data = _folder.Write("a.jsonl", "{}");

        Assert.Contains(message, Assert.Throws<RecipeException>(() => Read(yaml.Replace("DATA", data, StringComparison.Ordinal))).Render(), StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private TakeStage Read(string lines)
    {
        string yaml = "name: t\nstages:\n  a:\n    type: take-data\n" + string.Concat(lines.Split('\n').Select(line => "    " + line + "\n"));
        return (TakeStage)new RecipeReader(s_registry, _ => null).Read(_folder.Write("r.yaml", yaml), []).Recipe.Stages["a"];
    }

    /// <summary>A stage that has data.</summary>
    [Stage("take-data")]
    public sealed record TakeStage : Stage
    {
        public required SftDataOptions Data { get; init; }

        public BatchOptions Batch { get; init; } = new();

        public override IReadOnlyList<string> Outputs => [];

        public override IReadOnlyDictionary<string, double> Run(RunContext context) => new Dictionary<string, double>();
    }
}
