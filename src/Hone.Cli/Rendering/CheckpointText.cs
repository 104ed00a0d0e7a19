using System.Text.Json.Nodes;

namespace Hone.Cli.Rendering;

/// <summary>Lays the facts about a checkpoint out as text.</summary>
internal static class CheckpointText
{
    private const int MaxValue = 100;
    private const int MaxTemplateLines = 12;

    /// <summary>Keys of config.json that a reader looks for first, with the words of the summary.</summary>
    private static readonly (string Key, string Word)[] s_sizes =
    [
        ("num_hidden_layers", "layers"), ("n_layer", "layers"), ("hidden_size", "hidden"), ("n_embd", "hidden"), ("num_attention_heads", "heads"), ("n_head", "heads"),
        ("num_key_value_heads", "key-value heads"), ("head_dim", "head width"), ("intermediate_size", "intermediate"), ("num_experts", "experts"), ("num_local_experts", "experts"),
        ("vocab_size", "vocabulary"), ("max_position_embeddings", "context"), ("n_positions", "context"),
    ];

    /// <summary>Writes the facts.</summary>
    /// <param name="facts">The facts.</param>
    /// <param name="isEach">Whether every tensor gets a line of its own.</param>
    /// <param name="output">Receives the text.</param>
    public static void Write(CheckpointFacts facts, bool isEach, TextWriter output)
    {
        string files = facts.Files.Count != 1 ? $", {facts.Files.Count} files" : facts.Files[0] != facts.Source.Location ? $", {Path.GetFileName(facts.Files[0])}" : "";
        output.WriteLine($"{facts.Source.Location}: {facts.Format}{files}, {SizeText.Bytes(facts.Files.Sum(file => new FileInfo(file).Length))}");
        output.WriteLine();
        WriteRow(output, "model", facts.Config is { } config ? Model(config) : facts.ConfigProblem ?? "no config.json");
        WriteRow(output, "parameters", $"{SizeText.Count(facts.Parameters)} ({facts.Parameters:N0}) in {facts.Entries.Count} {(facts.Entries.Count == 1 ? "tensor" : "tensors")}");
        WriteRow(output, "memory", $"{SizeText.Bytes(facts.StoredBytes)} as stored, {SizeText.Bytes(facts.BytesAt(2))} in bf16, {SizeText.Bytes(facts.BytesAt(4))} in f32");
        if (facts.Files.Count > 1)
        {
            WriteRow(output, "files", string.Join(", ", facts.Files.Select(Path.GetFileName)));
        }

        output.WriteLine();
        WriteTypes(facts, output);
        WriteTensors(facts, isEach, output);
        WriteMetadata(facts, output);
        WriteTemplate(facts.Template, output);
    }

    private static string Model(JsonObject config)
    {
        IEnumerable<string> sizes = s_sizes.Where(size => config[size.Key] is JsonValue).Select(size => $"{size.Word} {config[size.Key]}");
        bool isTied = config["tie_word_embeddings"] is JsonValue tie && tie.TryGetValue(out bool tied) && tied;
        return string.Join(", ", new[] { config["model_type"]?.ToString() ?? "unknown type" }.Concat(sizes).Concat(isTied ? ["tied head"] : []));
    }

    private static void WriteTypes(CheckpointFacts facts, TextWriter output)
    {
        if (facts.Entries.Count == 0)
        {
            return;
        }

        Write(output, ["type", "tensors", "elements", "bytes"], [.. facts.Types.Select(row => new[] { row.Type, $"{row.Count}", SizeText.Count(row.Elements), SizeText.Bytes(row.SizeBytes) })], firstRight: 1);
    }

    private static void WriteTensors(CheckpointFacts facts, bool isEach, TextWriter output)
    {
        if (facts.Entries.Count == 0)
        {
            return;
        }

        string[][] rows = isEach
            ? [.. facts.Entries.Select(entry => new[] { Quoted(entry.Name), $"{entry.Shape}", entry.StoredType, SizeText.Bytes(entry.SizeBytes) })]
            : [.. TensorGroup.Of(facts.Entries).Select(group => new[] { Quoted(group.Name) + (group.Count > 1 ? $"  ×{group.Count}" : ""), $"{group.Example.Shape}", group.Example.StoredType, SizeText.Bytes(group.SizeBytes) })];
        Write(output, ["tensor", "shape", "type", "bytes"], rows, firstRight: 3);
    }

    private static void WriteMetadata(CheckpointFacts facts, TextWriter output)
    {
        if (facts.Metadata.Count == 0)
        {
            return;
        }

        Write(output, ["metadata", "value"], [.. facts.Metadata.Where(pair => pair.Key != "tokenizer.chat_template").Select(pair => new[] { Quoted(pair.Key), Shortened(pair.Value) })], firstRight: 2);
    }

    private static void WriteTemplate(string? template, TextWriter output)
    {
        if (template is null)
        {
            return;
        }

        string[] lines = template.TrimEnd().Split('\n');
        output.WriteLine($"chat template, {template.Length} characters");
        foreach (string line in lines.Take(MaxTemplateLines))
        {
            output.WriteLine($"  {Shortened(line)}");
        }

        if (lines.Length > MaxTemplateLines)
        {
            output.WriteLine($"  … {lines.Length - MaxTemplateLines} more lines");
        }

        output.WriteLine();
    }

    private static void WriteRow(TextWriter output, string label, string text) => output.WriteLine($"{label,-12}{Escaped(text)}");

    private static void Write(TextWriter output, string[] heads, string[][] rows, int firstRight)
    {
        int[] widths = [.. heads.Select((head, column) => rows.Select(row => row[column].Length).Append(head.Length).Max())];
        foreach (string[] row in rows.Prepend(heads))
        {
            IEnumerable<string> cells = row.Select((cell, column) => column >= firstRight ? cell.PadLeft(widths[column]) : cell.PadRight(widths[column]));
            output.WriteLine(string.Join("  ", cells).TrimEnd());
        }

        output.WriteLine();
    }

    private static string Quoted(string text) => text.Length > 0 && text.All(c => !char.IsControl(c)) ? text : $"\"{Escaped(text)}\"";

    private static string Shortened(string text)
    {
        string line = Escaped(text);
        return line.Length <= MaxValue ? line : $"{line[..MaxValue]}…";
    }

    // Metadata comes from strangers: control characters must not reach the terminal.
    private static string Escaped(string text) => string.Concat(text.Select(c => c switch
    {
        '\n' => "\\n",
        '\t' => "\\t",
        '\r' => "\\r",
        _ when char.IsControl(c) => $"\\u{(int)c:x4}",
        _ => $"{c}",
    }));
}
