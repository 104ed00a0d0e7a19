using Hone.Core.Errors;
using Hone.Core.Stages;

namespace Hone.Evaluation.Pairing;

/// <summary>Reads the answers of an evaluation one by one, so that files larger than memory can be read.</summary>
public static class AnswerFile
{
    /// <summary>Reads a file in bounded memory.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="HoneException">The file cannot be opened, or a line is no answer; the answers before it have been given by then.</exception>
    public static IEnumerable<EvaluationRecord> Read(string path)
    {
        using var reader = new JsonLinesReader(path);
        while (Next(reader, path) is { } record)
        {
            yield return record;
        }
    }

    private static EvaluationRecord? Next(JsonLinesReader reader, string path)
    {
        if (!reader.Read(out ReadOnlySpan<byte> row, validate: true))
        {
            return null;
        }

        string place = $"{path}:{reader.LineNumber}";
        EvaluationRecord record = EvaluationFiles.ReadAnswer(row, place);
        return double.IsFinite(record.Score) ? record
            : throw new JsonLinesException("The score of an answer is not finite.", place, $"{record.Score}", "run the evaluation again; its files are not meant to be edited");
    }
}
