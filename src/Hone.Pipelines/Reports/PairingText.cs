using System.Text.Json;
using Hone.Evaluation;
using Hone.Evaluation.Pairing;

namespace Hone.Pipelines.Reports;

/// <summary>Words single answers, and what kept answers from being compared.</summary>
public static class PairingText
{
    /// <summary>Sentences about every answer that was not compared; none where all were.</summary>
    /// <param name="pairing">The paired answers.</param>
    /// <param name="first">What the first evaluation is called.</param>
    /// <param name="second">What the second evaluation is called.</param>
    public static IEnumerable<string> Notes(AnswerPairing pairing, string first, string second)
    {
        ArgumentNullException.ThrowIfNull(pairing);
        (UnpairedAnswers Answers, string Text)[] kinds =
        [
            (pairing.OnlyInFirst, $"questions are in {first} alone"),
            (pairing.OnlyInSecond, $"questions are in {second} alone"),
            (pairing.DifferentPrompts, "ids stand for different prompts"),
            (pairing.DifferentReferences, "ids have different references"),
            (pairing.Repeated, "answers repeat an id of their file"),
        ];
        return kinds.Where(kind => kind.Answers.Count > 0).Select(kind => $"Not compared: {FigureText.Count(kind.Answers.Count)} {kind.Text} ({string.Join(", ", kind.Answers.FirstIds)}{(kind.Answers.FirstIds.Count < kind.Answers.Count ? ", …" : "")}).");
    }

    /// <summary>Gives <c>right</c>, <c>wrong</c> or a score in between, and whether the answer was cut off.</summary>
    public static string Score(EvaluationRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        string score = record.IsRight() ? "right" : record.Score == 0 ? "wrong" : FigureText.Number(record.Score);
        return record.IsTruncated() ? $"{score}, cut off" : score;
    }

    /// <summary>The roles and texts of a question.</summary>
    public static IEnumerable<(string Role, string Text)> Prompt(EvaluationRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        JsonElement messages = record.Messages;
        return messages.ValueKind != JsonValueKind.Array ? [("prompt", TextOf(messages))]
            : messages.EnumerateArray().Select(message => message.ValueKind == JsonValueKind.Object && message.TryGetProperty("role", out JsonElement role) && message.TryGetProperty("content", out JsonElement content)
                ? (TextOf(role), TextOf(content))
                : ("message", TextOf(message)));
    }

    // Content can be a list of parts; what is no text is shown as JSON.
    private static string TextOf(JsonElement element) => element.ValueKind == JsonValueKind.String ? element.GetString()! : element.GetRawText(); // a JSON string is not null
}
