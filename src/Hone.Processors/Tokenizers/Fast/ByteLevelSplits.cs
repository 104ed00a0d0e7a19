using Hone.Processors.Patterns.Scanners;

namespace Hone.Processors.Tokenizers.Fast;

/// <summary>How a byte-level pipeline cuts text into words.</summary>
/// <param name="Stages">The splits in turn.</param>
/// <param name="Scanner">Cuts as all stages together do, or <see langword="null"/>.</param>
/// <param name="AddPrefixSpace">Whether a segment that does not begin with a space gets one.</param>
internal sealed record ByteLevelSplits(IReadOnlyList<SplitStage> Stages, PieceScanner? Scanner, bool AddPrefixSpace);
