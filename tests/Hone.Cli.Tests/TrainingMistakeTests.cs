using System.Text.Json;
using Hone.Core.Tests.Runs;
using Hone.Inference.Tests;

namespace Hone.Cli.Tests;

/// <summary>What goes wrong with a fine-tuning in real life: bad rows, another model's adapter, a full disk, a second process, a changed recipe.</summary>
public sealed class TrainingMistakeTests : CliTestBase
{
    private const string Recipe = """
        name: tiny
        seed: 5
        model: model
        stages:
          train:
            type: sft
            dataset:
              sources: [chat.jsonl]
              max_tokens: 64
            adapter: { type: lora, rank: 4, alpha: 8 }
            optimizer: { type: adamw, learning_rate: 2.0e-3 }
            batch: { rows: 2, epochs: 2 }
            checkpoint: { every_steps: 2, keep: 1 }

        """;

    public TrainingMistakeTests()
    {
        TinyModel.Save("model");
        Write("chat.jsonl", string.Concat(Enumerable.Range(0, 12).Select(i => Row($"a{i}", $"b{i}"))));
        Write("sft.yaml", Recipe);
    }

    [Theory]
    [InlineData("""{"messages":[{"role":"assistant","content":"x"},{"role":"user","content":"y"}]}""", "row 13", "assistant")]
    [InlineData("""{"messages":[{"role":"user","content":"x"},{"role":"user","content":"z"},{"role":"assistant","content":"y"}]}""", "row 13", "user")]
    [InlineData("""{"messages":[{"role":"user","content":"x"}]}""", "row 13", "answer")]
    [InlineData("""{"messages":[]}""", "row 13", "message")]
    [InlineData("""{"messages":"x"}""", "row 13", "messages")]
    [InlineData("""{"text":"x"}""", "row 13", "messages")]
    [InlineData("""{"messages":[{"role":"user","content":"x"}""", "chat.jsonl:13", "JSON")]
    public void Run_OfARowThatCannotBeTrainedOn_NamesRowAndReason(string row, string place, string reason)
    {
        File.AppendAllText("chat.jsonl", row + "\n");

        RequireExplained(ExitCodes.Failed, RunHone("run", "sft.yaml"), place, reason);
    }

    [Fact]
    public void Run_WithInvalidRowsDropped_CountsThemAndTrains()
    {
        File.AppendAllText("chat.jsonl", """{"messages":[{"role":"user","content":"x"}]}""" + "\n");

        Assert.True(RunHone("run", "sft.yaml", "--set", "stages.train.dataset.invalid_rows=drop") == ExitCodes.Done, Error);

        Assert.Contains("1 of 13 rows left out (no answer): row 13", Error, StringComparison.Ordinal);
        Assert.Contains("\"rows_dropped\": 1", File.ReadAllText(Path.Combine(Out.Trim(), "manifest.json")), StringComparison.Ordinal);
    }

    [Fact]
    public void Run_OfEmptyData_SaysSo()
    {
        Write("chat.jsonl", "");

        RequireExplained(ExitCodes.Failed, RunHone("run", "sft.yaml"), "chat.jsonl", "no rows");
    }

    [Fact]
    public void Run_OfATemplateThatFails_NamesTheRowAndItsWords()
    {
        File.WriteAllText(Path.Combine("model", "chat_template.jinja"), "{% for m in messages %}{% if m.content == 'a7' %}{{ raise_exception('no sevens here') }}{% endif %}{{ m.role }}: {{ m.content }}\n{% endfor %}");

        RequireExplained(ExitCodes.Failed, RunHone("run", "sft.yaml"), "row 8", "no sevens here");
    }

    [Fact]
    public void Run_OfAnswersThatAreAllCutOff_SaysThatNothingIsLeft()
    {
        Write("chat.jsonl", string.Concat(Enumerable.Range(0, 6).Select(_ => Row(new string('q', 200), "b"))));

        RequireExplained(ExitCodes.Failed, RunHone("run", "sft.yaml"), "chat.jsonl", "nothing to learn");
    }

    [Fact]
    public void Run_OfSomeAnswersCutOff_CountsThem()
    {
        File.AppendAllText("chat.jsonl", Row(new string('q', 200), "b"));

        Assert.True(RunHone("run", "sft.yaml") == ExitCodes.Done, Error);

        Assert.Contains("1 of 13 rows left out (nothing to learn): row 13", Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_OfExamplesLongerThanTheModelsContext_Warns()
    {
        File.AppendAllText("chat.jsonl", Row(new string('q', 300), "b"));

        Assert.True(RunHone("run", "sft.yaml", "--set", "stages.train.dataset.max_tokens=1000", "--set", "stages.train.batch.max_steps=1") == ExitCodes.Done, Error);

        Assert.Contains($"the model was made for {TinyModel.Context}; dataset.max_tokens cuts", Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_OnAnAdapterOfAnotherModel_NamesWhatDoesNotFit()
    {
        Assert.True(RunHone("run", "sft.yaml", "--set", "stages.train.batch.max_steps=1") == ExitCodes.Done, Error);
        string adapter = Path.Combine(Out.Trim(), "stages", "train", "adapter");
        string folder = Path.Combine("wide", "model");
        SaveWiderModel(folder);
        Write("foreign.yaml", Recipe.Replace("adapter: { type: lora, rank: 4, alpha: 8 }", $"adapter: {{ type: saved, path: '{adapter.Replace('\\', '/')}' }}", StringComparison.Ordinal).Replace("model: model", $"model: {folder.Replace('\\', '/')}", StringComparison.Ordinal));

        RequireExplained(ExitCodes.Failed, RunHone("run", "foreign.yaml"), adapter.Replace('\\', '/').Split('/')[^1], "q_proj");
    }

    [Fact]
    public void Resume_WithAChangedRecipe_IsRefusedAndNamesTheChange()
    {
        Assert.True(RunHone("run", "sft.yaml") == ExitCodes.Done, Error);
        string run = Out.Trim();

        RequireExplained(ExitCodes.Failed, RunHone("run", "sft.yaml", "--set", "stages.train.adapter.rank=8", "--resume", run), run, "rank");
    }

    [Fact]
    public void Resume_OfARunThatIsInUse_IsRefused()
    {
        Assert.True(RunHone("run", "sft.yaml") == ExitCodes.Done, Error);
        string run = Out.Trim();
        using (new FileStream(Path.Combine(run, "run.lock"), FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            RequireExplained(ExitCodes.Failed, RunHone("run", "sft.yaml", "--resume", run), run, "in use");
        }

        Assert.True(RunHone("run", "sft.yaml", "--resume", run) == ExitCodes.Done, Error);
    }

    [Fact]
    public void FullDisk_AtManyMoments_KeepsTheLastCheckpointAndResumesToTheSameAdapter()
    {
        Assert.True(RunHone("run", "sft.yaml") == ExitCodes.Done, Error);
        byte[] expected = AdapterOf(Out.Trim());
        long all = Directory.EnumerateFiles(Out.Trim(), "*", SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length);
        int full = 0, withCheckpoint = 0;
        for (int part = 2; part <= 24; part += 2)
        {
            int code = RunWith(["run", "sft.yaml", "--json"], PartAssemblies.All, new QuotaFileSystem(all * part / 8));
            string run = Out.Split('\n').Select(line => line.Length > 0 ? JsonDocument.Parse(line).RootElement : default)
                .First(json => json.ValueKind == JsonValueKind.Object && json.TryGetProperty("folder", out _)).GetProperty("folder").GetString()!;
            if (code == ExitCodes.Done)
            {
                continue;
            }

            RequireExplained(ExitCodes.Failed, code, "The disk is full", "free some space");
            full++;
            string[] before = Directory.Exists(Path.Combine(run, "stages", "train", "checkpoints")) ? Directory.GetFiles(Path.Combine(run, "stages", "train", "checkpoints"), "state.json", SearchOption.AllDirectories) : [];
            withCheckpoint += before.Length > 0 ? 1 : 0;
            Assert.True(RunHone("run", "sft.yaml", "--resume", run) == ExitCodes.Done, Error);
            Assert.DoesNotContain("damaged", Error, StringComparison.Ordinal);
            Assert.Equal(expected, AdapterOf(run));
        }

        Assert.True(full >= 4 && withCheckpoint >= 2, $"{full} full disks, {withCheckpoint} with a checkpoint to go on from");
    }

    private static string Row(string question, string answer) => $$"""{"messages":[{"role":"user","content":"{{question}}"},{"role":"assistant","content":"{{answer}}"}]}""" + "\n";

    /// <summary>A model with the tiny one's tokenizer whose layers are wider, so that no adapter of the tiny one fits.</summary>
    private void SaveWiderModel(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (string name in (string[])["tokenizer.json", "tokenizer_config.json", "chat_template.jinja"])
        {
            File.Copy(Path.Combine("model", name), Path.Combine(folder, name));
        }

        File.WriteAllText(Path.Combine(folder, "tokenizer_config.json"), """{"eos_token": "<|end|>", "pad_token": "<|end|>", "bos_token": "<|begin|>"}""");
        Write("wide.yaml", $$"""
            name: wide
            stages:
              made:
                type: new-model
                tokenizer: { path: {{folder.Replace('\\', '/')}}/tokenizer.json }
                hidden_size: 64
                intermediate_size: 96
                num_hidden_layers: 2
                num_attention_heads: 4
                num_key_value_heads: 2

            """);
        Assert.True(RunHone("run", "wide.yaml") == ExitCodes.Done, Error);
        foreach (string file in Directory.GetFiles(Path.Combine(Out.Trim(), "stages", "made")))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)), overwrite: true);
        }

        File.Copy(Path.Combine("model", "chat_template.jinja"), Path.Combine(folder, "chat_template.jinja"), overwrite: true);
    }

    private void RequireExplained(int expected, int code, params string[] parts)
    {
        Assert.True(expected == code, $"exit code {code}\n{Error}");
        Assert.All(parts, part => Assert.Contains(part, Error, StringComparison.Ordinal));
        Assert.Contains("  fix  ", Error, StringComparison.Ordinal);
        Assert.DoesNotContain("internal error", Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", Error, StringComparison.Ordinal);
    }
}
