using Hone.Core.Random;

namespace Hone.Curation.Synthesis;

/// <summary>Makes random rows of a skill.</summary>
/// <param name="Skill">The skill.</param>
/// <param name="Draw">Makes a row; <see langword="null"/> when the numbers drawn do not suit.</param>
internal sealed record RowMaker(string Skill, Func<RandomStream, SyntheticRow?> Draw);
