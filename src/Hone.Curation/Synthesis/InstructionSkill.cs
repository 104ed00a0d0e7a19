namespace Hone.Curation.Synthesis;

/// <summary>A kind of short instruction.</summary>
/// <param name="Name">Its name in recipes.</param>
/// <param name="Create">Makes an instruction and its answer.</param>
internal sealed record InstructionSkill(string Name, Func<InstructionDraw, (string Prompt, string Answer)> Create);
