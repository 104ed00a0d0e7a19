using System.Text.Json;

namespace Hone.Pipelines.Evaluations;

/// <summary>A question with its right answer.</summary>
/// <param name="Id">The row's own id, else its number in the file.</param>
/// <param name="Messages">The messages to answer; of a plain prompt, one message of the user.</param>
/// <param name="Prompt">The prompt of a row that is no conversation; it is given to the model as it is.</param>
/// <param name="Reference">The right answer.</param>
/// <param name="Tags">Properties that results are grouped by.</param>
internal sealed record EvaluationItem(string Id, JsonElement Messages, string? Prompt, string Reference, IReadOnlyDictionary<string, string> Tags);
