using System.Text.Json;
using Hone.Conformance.Tests.Tokenizers;
using Hone.Data.Collators;
using Hone.Data.Datasets;
using Hone.Processors.ChatTemplates;
using Hone.Processors.Tokenizers;

namespace Hone.Conformance.Tests.Training;

/// <summary>The files of the folder <c>training/sft</c>.</summary>
internal static class SftFixtures
{
    /// <summary>The lines of a file, or none where it is missing.</summary>
    public static IReadOnlyList<JsonElement> Lines(string file)
    {
        string path = Fixtures.At("training", "sft", file);
        return File.Exists(path) ? [.. File.ReadLines(path).Where(line => line.Length > 0).Select(line => JsonDocument.Parse(line).RootElement)] : [];
    }

    /// <summary>The numbers of a file's lines, as theory data.</summary>
    public static TheoryData<int> Numbers(string file) => new(Enumerable.Range(0, Lines(file).Count));

    /// <summary>Encodes for the model that a template name of the fixtures stands for.</summary>
    public static SftEncoder Encoder(string template, SftEncodingOptions options)
    {
        JsonElement settings = Fixtures.Json("training", "sft", "sft.json");
        Tokenizer tokenizer = TokenizerFixtures.Load(settings.GetProperty("tokenizers").GetProperty(template).GetString()!);
        JsonElement special = settings.GetProperty("special").GetProperty(template);
        Dictionary<string, string> tokens = ((string[])["bos", "eos", "pad"])
            .Where(name => special.GetProperty(name).ValueKind == JsonValueKind.String)
            .ToDictionary(name => name + "_token", name => special.GetProperty(name).GetString()!);
        var chat = new ChatTokenizer(ChatTemplate.Parse(settings.GetProperty("chat_templates").GetProperty(template).GetString()!, tokens, template), tokenizer);
        return new SftEncoder(tokenizer, chat, options);
    }

    /// <summary>The id that a template's batches are padded with.</summary>
    public static int PadId(string template) => Fixtures.Json("training", "sft", "sft.json").GetProperty("special").GetProperty(template).GetProperty("pad_id").GetInt32();

    /// <summary>A row of ids and labels.</summary>
    public static SftExample Example(JsonElement row) => new([.. TokenizerFixtures.Ints(row.GetProperty("input_ids"))], [.. TokenizerFixtures.Ints(row.GetProperty("labels"))]);

    /// <summary>Compares rows of ids and labels.</summary>
    public static void AssertRows(JsonElement expected, IReadOnlyList<SftExample> actual)
    {
        var differences = new DifferenceList();
        Assert.Equal(expected.GetArrayLength(), actual.Count);
        int i = 0;
        foreach (JsonElement row in expected.EnumerateArray())
        {
            differences.Compare($"row {i} ids", TokenizerFixtures.Ints(row.GetProperty("input_ids")), actual[i].InputIds);
            differences.Compare($"row {i} labels", TokenizerFixtures.Ints(row.GetProperty("labels")), actual[i].Labels);
            i++;
        }

        differences.AssertNone();
    }

    /// <summary>Compares a batch without padding with that of TRL's collator.</summary>
    public static void AssertBatch(JsonElement expected, SequenceBatch actual)
    {
        var differences = new DifferenceList();
        differences.Compare("ids", TokenizerFixtures.Ints(expected.GetProperty("input_ids")[0]), actual.InputIds);
        differences.Compare("labels", TokenizerFixtures.Ints(expected.GetProperty("labels")[0]), actual.Labels);
        differences.Compare("positions", TokenizerFixtures.Ints(expected.GetProperty("position_ids")[0]), actual.CreatePositions());
        differences.Compare("sequences", TokenizerFixtures.Ints(expected.GetProperty("seq_idx")[0]), actual.CreateSequenceIndices());
        foreach (string side in (string[])["q", "k"])
        {
            differences.Compare("offsets", TokenizerFixtures.Ints(expected.GetProperty("cu_seq_lens_" + side)), actual.CreateOffsets());
            Assert.Equal(expected.GetProperty("max_length_" + side).GetInt32(), actual.MaxLength);
        }

        differences.AssertNone();
    }

    /// <summary>Compares a padded batch with that of TRL's collator.</summary>
    public static void AssertBatch(JsonElement expected, PaddedBatch actual)
    {
        var differences = new DifferenceList();
        Assert.Equal(expected.GetProperty("input_ids").GetArrayLength(), actual.Rows);
        differences.Compare("ids", Flat(expected.GetProperty("input_ids")), actual.InputIds);
        differences.Compare("labels", Flat(expected.GetProperty("labels")), actual.Labels);
        differences.Compare("mask", Flat(expected.GetProperty("attention_mask")), actual.AttentionMask);
        if (expected.TryGetProperty("position_ids", out JsonElement positions))
        {
            differences.Compare("positions", Flat(positions), actual.Positions);
        }

        differences.AssertNone();
    }

    private static int[] Flat(JsonElement rows) => [.. rows.EnumerateArray().SelectMany(TokenizerFixtures.Ints)];
}
