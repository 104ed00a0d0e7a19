namespace Hone.Processors.Patterns;

/// <summary>A part of a parsed regular expression.</summary>
internal abstract record PatternNode
{
    /// <summary>Whether the part can match without consuming anything.</summary>
    public abstract bool IsNullable { get; }

    /// <summary>Number of code points it consumes, or −1 when that varies.</summary>
    public abstract int FixedLength { get; }

    /// <summary>One code point of a set.</summary>
    public sealed record One(CodePointSet Set) : PatternNode
    {
        public override bool IsNullable => false;

        public override int FixedLength => 1;
    }

    /// <summary>Parts one after the other; none is the empty expression.</summary>
    public sealed record Sequence(IReadOnlyList<PatternNode> Parts) : PatternNode
    {
        public static Sequence Empty { get; } = new([]);

        public override bool IsNullable => Parts.All(part => part.IsNullable);

        public override int FixedLength => Parts.Any(part => part.FixedLength < 0) ? -1 : Parts.Sum(part => part.FixedLength);
    }

    /// <summary>The first of several parts that leads to a match.</summary>
    public sealed record Choice(IReadOnlyList<PatternNode> Parts) : PatternNode
    {
        public override bool IsNullable => Parts.Any(part => part.IsNullable);

        public override int FixedLength => Parts.Select(part => part.FixedLength).Distinct().Count() == 1 ? Parts[0].FixedLength : -1;
    }

    /// <summary>A part <paramref name="Min"/> to <paramref name="Max"/> times; a negative maximum is none.</summary>
    public sealed record Repeat(PatternNode Part, int Min, int Max, bool Lazy) : PatternNode
    {
        public override bool IsNullable => Min == 0 || Part.IsNullable;

        public override int FixedLength => Min == Max && Part.FixedLength >= 0 ? Min * Part.FixedLength : -1;
    }

    /// <summary>A part whose first match stands: nothing tries its other ways again.</summary>
    public sealed record Atomic(PatternNode Part) : PatternNode
    {
        public override bool IsNullable => Part.IsNullable;

        public override int FixedLength => Part.FixedLength;
    }

    /// <summary>A condition on what follows or precedes.</summary>
    public sealed record Look(PatternNode Part, bool Behind, bool Negative) : PatternNode
    {
        public override bool IsNullable => true;

        public override int FixedLength => 0;
    }

    /// <summary>A condition on the position.</summary>
    public sealed record Anchor(AnchorKind Kind) : PatternNode
    {
        public override bool IsNullable => true;

        public override int FixedLength => 0;
    }

    /// <summary>One extended grapheme cluster, <c>\X</c>.</summary>
    public sealed record Grapheme : PatternNode
    {
        public override bool IsNullable => false;

        public override int FixedLength => -1;
    }
}
