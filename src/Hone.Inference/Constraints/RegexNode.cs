namespace Hone.Inference.Constraints;

/// <summary>A regular expression as a tree.</summary>
internal abstract record RegexNode
{
    /// <summary>One character of a set.</summary>
    public sealed record Set(CodePointSet Characters) : RegexNode;

    /// <summary>Parts one after the other; none is the empty text.</summary>
    public sealed record Sequence(IReadOnlyList<RegexNode> Parts) : RegexNode;

    /// <summary>One of the parts.</summary>
    public sealed record Choice(IReadOnlyList<RegexNode> Parts) : RegexNode;

    /// <summary>A part between <paramref name="Min"/> and <paramref name="Max"/> times; no maximum when <see langword="null"/>.</summary>
    public sealed record Repeat(RegexNode Part, int Min, int? Max) : RegexNode;

    /// <summary><c>^</c> or <c>$</c>.</summary>
    public sealed record Anchor(bool IsStart) : RegexNode;
}
