using System.Text.Encodings.Web;
using System.Text.Json;
using Hone.Core.Errors;
using Hone.Core.Stages;

namespace Hone.Evaluation;

/// <summary>The files that an evaluation leaves in its stage's folder.</summary>
public static class EvaluationFiles
{
    /// <summary>Name of the file of answers, one <see cref="EvaluationRecord"/> a line.</summary>
    public const string AnswersName = "answers.jsonl";

    /// <summary>Name of the file with the <see cref="EvaluationSummary"/>.</summary>
    public const string SummaryName = "evaluation.json";

    /// <summary><see cref="EvaluationRecord.Finish"/> of an answer that the model ended.</summary>
    public const string FinishStop = "stop";

    /// <summary><see cref="EvaluationRecord.Finish"/> of an answer that was cut off.</summary>
    public const string FinishLength = "length";

    // The texts go to files, never into HTML, so only what JSON itself requires is escaped.
    private static readonly JsonSerializerOptions s_line = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, RespectNullableAnnotations = true,
    };

    private static readonly JsonSerializerOptions s_indented = new(s_line) { WriteIndented = true, NewLine = "\n" };

    /// <summary>Writes an answer as a line, without its line break.</summary>
    public static byte[] Write(EvaluationRecord record) => JsonSerializer.SerializeToUtf8Bytes(record, s_line);

    /// <summary>Writes a result as an indented JSON object.</summary>
    public static byte[] Write(EvaluationSummary summary) => [.. JsonSerializer.SerializeToUtf8Bytes(summary, s_indented), (byte)'\n'];

    /// <summary>Reads one answer.</summary>
    /// <param name="line">The line.</param>
    /// <param name="place">What messages call its place.</param>
    /// <exception cref="HoneException">The line is no answer.</exception>
    public static EvaluationRecord ReadAnswer(ReadOnlySpan<byte> line, string place)
    {
        try
        {
            return JsonSerializer.Deserialize<EvaluationRecord>(line, s_line) ?? throw new JsonException("the line is null");
        }
        catch (JsonException e)
        {
            throw NotWritten("A line holds no graded answer.", place, e);
        }
    }

    /// <summary>Reads a file of answers, line by line.</summary>
    /// <exception cref="HoneException">The file cannot be opened, or a line is no answer.</exception>
    public static IReadOnlyList<EvaluationRecord> ReadAnswers(string path)
    {
        var records = new List<EvaluationRecord>();
        using var reader = new JsonLinesReader(path);
        while (reader.Read(out ReadOnlySpan<byte> row, validate: true))
        {
            records.Add(ReadAnswer(row, $"{path}:{reader.LineNumber}"));
        }

        return records;
    }

    /// <summary>Reads a result.</summary>
    /// <exception cref="HoneException">The file cannot be read, or is no result of an evaluation.</exception>
    public static EvaluationSummary ReadSummary(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<EvaluationSummary>(File.ReadAllBytes(path), s_line) ?? throw new JsonException("the file holds null");
        }
        catch (JsonException e)
        {
            throw NotWritten("The file holds no result of an evaluation.", path, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HoneException("The result of an evaluation cannot be read.", path, e.Message, "check that the evaluation's stage is done", e);
        }
    }

    private static HoneException NotWritten(string what, string place, JsonException e) =>
        new(what, place, e.Message.Split(" LineNumber:")[0], "run the evaluation again; its files are not meant to be edited", e);
}
