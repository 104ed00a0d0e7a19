using System.Text.Json;
using Hone.Conformance.Tests.Tokenizers;
using Hone.Data.Collators;
using Hone.Data.Datasets;
using Hone.Data.Formats;
using Hone.Data.Packing;
using Hone.Processors.ChatTemplates;

namespace Hone.Conformance.Tests.Training;

/// <summary>Ids, labels, packing and batches of supervised fine-tuning against TRL.</summary>
[ReadsFixture("training/sft")]
public sealed class SftFixtureTests
{
    private static readonly string[] s_encodingOptions = ["max_length", "truncation_mode", "assistant_only_loss", "completion_only_loss"];

    public static TheoryData<int> Examples => SftFixtures.Numbers("examples.jsonl");

    public static TheoryData<int> Collated => SftFixtures.Numbers("collated.jsonl");

    public static TheoryData<int> Packed => SftFixtures.Numbers("packed.jsonl");

    public static TheoryData<int> Packings => SftFixtures.Numbers("packing.jsonl");

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Examples))]
    public void Encode_RowsOfEveryKind_EqualTrl(int number)
    {
        JsonElement entry = SftFixtures.Lines("examples.jsonl")[number];
        string kind = entry.GetProperty("kind").GetString()!;
        SftEncoder encoder = SftFixtures.Encoder(entry.GetProperty("template").GetString()!, Options(kind, entry.GetProperty("options")));
        var kept = new List<SftExample>();
        int dropped = 0;

        foreach (JsonElement row in entry.GetProperty("input").EnumerateArray())
        {
            try
            {
                kept.Add(encoder.Encode(Row(kind, row)).Example);
            }
            catch (InvalidRowException e) when (e.Issue == RowIssue.NothingToLearn)
            {
                dropped++;
            }
        }

        SftFixtures.AssertRows(entry.GetProperty("output"), kept);
        Assert.Equal(entry.GetProperty("dropped").GetInt32(), dropped);
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Collated))]
    public void Collate_Rows_EqualsTrl(int number)
    {
        JsonElement entry = SftFixtures.Lines("collated.jsonl")[number];
        JsonElement options = entry.GetProperty("options");
        Assert.All(options.EnumerateObject(), option => Assert.Contains(option.Name, (string[])["padding_free", "pad_to_multiple_of", "return_position_ids"]));
        SftExample[] rows = [.. entry.GetProperty("rows").EnumerateArray().Select(SftFixtures.Example)];
        int pad = SftFixtures.PadId(entry.GetProperty("template").GetString()!);
        int multiple = options.TryGetProperty("pad_to_multiple_of", out JsonElement given) ? given.GetInt32() : 1;

        if (IsOn(options, "padding_free"))
        {
            SftFixtures.AssertBatch(entry.GetProperty("batch"), SequenceCollator.Collate([.. rows.Select((row, i) => new SequencePiece(row, i))], multiple, pad));
        }
        else
        {
            SftFixtures.AssertBatch(entry.GetProperty("batch"), PaddedCollator.Collate(rows, pad, multiple));
        }
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Packed))]
    public void Pack_Conversations_EqualTrl(int number)
    {
        JsonElement entry = SftFixtures.Lines("packed.jsonl")[number];
        string template = entry.GetProperty("template").GetString()!;
        JsonElement options = entry.GetProperty("options");
        JsonElement source = SftFixtures.Lines("examples.jsonl").First(line => line.GetProperty("template").GetString() == template && line.GetProperty("kind").GetString() == "messages");
        SftEncoder encoder = SftFixtures.Encoder(template, new SftEncodingOptions { MaxTokens = int.MaxValue, LossOn = IsOn(options, "assistant_only_loss") ? LossOn.Assistant : LossOn.All });
        SftExample[] examples = [.. source.GetProperty("input").EnumerateArray().Select(row => encoder.Encode(Row("messages", row)).Example)];
        Assert.Equal(TokenizerFixtures.Ints(entry.GetProperty("source_lengths")), examples.Select(example => example.InputIds.Length));

        PackedRows rows = SequencePacker.Pack([.. examples.Select(example => example.InputIds.Length)], options.GetProperty("max_length").GetInt32(), Strategy(options.GetProperty("packing_strategy")));

        AssertPacked(entry.GetProperty("output"), examples, rows);
        JsonElement batch = entry.GetProperty("batch_of_first_two");
        if (entry.GetProperty("batch_padding_free").GetBoolean())
        {
            SequencePiece[] pieces = [.. new[] { 0, 1 }.SelectMany(row => rows[row].ToArray().Select(segment => new SequencePiece(Slice(examples, segment), segment.Example)))];
            SftFixtures.AssertBatch(batch, SequenceCollator.Collate(pieces));
        }
        else
        {
            SftFixtures.AssertBatch(batch, PaddedCollator.Collate([Joined(examples, rows, 0), Joined(examples, rows, 1)], SftFixtures.PadId(template)));
        }
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Packings))]
    public void Pack_MadeUpIds_EqualsTrl(int number)
    {
        JsonElement entry = SftFixtures.Lines("packing.jsonl")[number];
        SftExample[] examples = [.. entry.GetProperty("input").EnumerateArray().Select(row => MadeUp(TokenizerFixtures.Ints(row)))];

        PackedRows rows = SequencePacker.Pack([.. examples.Select(example => example.InputIds.Length)], entry.GetProperty("seq_length").GetInt32(), Strategy(entry.GetProperty("strategy")));

        AssertPacked(entry.GetProperty("output"), examples, rows);
    }

    /// <summary>The script that made the fixtures leaves out the labels of ids that 3 divides.</summary>
    private static SftExample MadeUp(int[] ids) => new([.. ids], [.. ids.Select(id => id % 3 == 0 ? SftExample.IgnoreIndex : id)]);

    private static void AssertPacked(JsonElement expected, SftExample[] examples, PackedRows rows)
    {
        SftFixtures.AssertRows(expected, [.. Enumerable.Range(0, rows.Count).Select(row => Joined(examples, rows, row))]);
        int i = 0;
        foreach (JsonElement row in expected.EnumerateArray())
        {
            if (row.TryGetProperty("seq_lengths", out JsonElement lengths))
            {
                Assert.Equal(TokenizerFixtures.Ints(lengths), rows[i].ToArray().Select(segment => segment.Length));
            }

            i++;
        }
    }

    private static SftExample Joined(SftExample[] examples, PackedRows rows, int row)
    {
        SftExample[] slices = [.. rows[row].ToArray().Select(segment => Slice(examples, segment))];
        return new SftExample([.. slices.SelectMany(slice => slice.InputIds)], [.. slices.SelectMany(slice => slice.Labels)]);
    }

    private static SftExample Slice(SftExample[] examples, ExampleSegment segment) => new(
        examples[segment.Example].InputIds.Slice(segment.Start, segment.Length), examples[segment.Example].Labels.Slice(segment.Start, segment.Length));

    private static SftEncodingOptions Options(string kind, JsonElement options)
    {
        Assert.All(options.EnumerateObject(), option => Assert.Contains(option.Name, s_encodingOptions));
        bool isCompletionOnly = options.TryGetProperty("completion_only_loss", out JsonElement given) ? given.GetBoolean() : kind.StartsWith("prompt-completion", StringComparison.Ordinal);
        return new SftEncodingOptions
        {
            MaxTokens = options.GetProperty("max_length").GetInt32(),
            Truncation = options.TryGetProperty("truncation_mode", out JsonElement mode) && mode.GetString() == "keep_end" ? Truncation.KeepEnd : Truncation.KeepStart,
            LossOn = IsOn(options, "assistant_only_loss") ? LossOn.Assistant : isCompletionOnly ? LossOn.Completion : LossOn.All,
        };
    }

    private static TrainingRow Row(string kind, JsonElement row) => kind switch
    {
        "messages" => new ConversationRow(new Conversation { Messages = row.GetProperty("messages") }),
        "prompt-completion-messages" => new ConversationRow(
            new Conversation { Messages = JsonSerializer.SerializeToElement(row.GetProperty("prompt").EnumerateArray().Concat(row.GetProperty("completion").EnumerateArray()).ToArray()) },
            row.GetProperty("prompt").GetArrayLength()),
        "prompt-completion-text" => new TextRow(row.GetProperty("prompt").GetString()!, row.GetProperty("completion").GetString()!),
        "text" => new TextRow(null, row.GetProperty("text").GetString()!),
        _ => throw new InvalidOperationException($"no reader for rows of the kind '{kind}'"),
    };

    private static PackingStrategy Strategy(JsonElement name) => name.GetString() switch
    {
        "bfd" => PackingStrategy.BestFit,
        "bfd_split" => PackingStrategy.BestFitSplit,
        "wrapped" => PackingStrategy.Wrapped,
        var other => throw new InvalidOperationException($"no reader for the strategy '{other}'"),
    };

    private static bool IsOn(JsonElement options, string name) => options.TryGetProperty(name, out JsonElement value) && value.GetBoolean();
}
