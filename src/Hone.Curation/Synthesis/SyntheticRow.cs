namespace Hone.Curation.Synthesis;

/// <summary>A question with its answer.</summary>
/// <param name="Skill">What it asks for.</param>
/// <param name="Signature">Equal for rows that differ in names or wording alone; training and held-out rows share none.</param>
/// <param name="Prompt">What the user says.</param>
/// <param name="Response">What the assistant says.</param>
/// <param name="Answer">The result within the response, which graders compare.</param>
internal sealed record SyntheticRow(string Skill, string Signature, string Prompt, string Response, string Answer);
