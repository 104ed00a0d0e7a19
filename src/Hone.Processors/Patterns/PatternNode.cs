namespace Hone.Processors.Patterns;

/// <summary>A part of a parsed regular expression.</summary>
/// <remarks>What follows from its parts is computed once, when it is made: deep expressions are asked for it at every level.</remarks>
public abstract record PatternNode
{
    /// <summary>Whether the part can match without consuming anything.</summary>
    public abstract bool IsNullable { get; }

    /// <summary>Number of code points it consumes, or −1 when that varies.</summary>
    public abstract int FixedLength { get; }

    // More than a text can hold is as good as the most that it can hold.
    private static int Saturate(long length) => (int)Math.Min(length, int.MaxValue);

    /// <summary>One code point of a set.</summary>
    /// <param name="Set">The set; an empty one matches nowhere.</param>
    public sealed record One(CodePointSet Set) : PatternNode
    {
        /// <inheritdoc/>
        public override bool IsNullable => false;

        /// <inheritdoc/>
        public override int FixedLength => 1;
    }

    /// <summary>Parts one after the other; none is the empty expression.</summary>
    /// <param name="Parts">From left to right.</param>
    public sealed record Sequence(IReadOnlyList<PatternNode> Parts) : PatternNode
    {
        /// <summary>From left to right.</summary>
        public IReadOnlyList<PatternNode> Parts { get; } = Parts;

        /// <summary>The empty expression.</summary>
        public static Sequence Empty { get; } = new([]);

        /// <inheritdoc/>
        public override bool IsNullable { get; } = Parts.All(part => part.IsNullable);

        /// <inheritdoc/>
        public override int FixedLength { get; } = Parts.Any(part => part.FixedLength < 0) ? -1 : Saturate(Parts.Sum(part => (long)part.FixedLength));
    }

    /// <summary>The first of several parts that leads to a match.</summary>
    /// <param name="Parts">At least one, the preferred one first.</param>
    public sealed record Choice(IReadOnlyList<PatternNode> Parts) : PatternNode
    {
        /// <summary>At least one, the preferred one first.</summary>
        public IReadOnlyList<PatternNode> Parts { get; } = Parts;

        /// <inheritdoc/>
        public override bool IsNullable { get; } = Parts.Any(part => part.IsNullable);

        /// <inheritdoc/>
        public override int FixedLength { get; } = Parts.All(part => part.FixedLength == Parts[0].FixedLength) ? Parts[0].FixedLength : -1;
    }

    /// <summary>A part repeated.</summary>
    /// <param name="Part">What is repeated.</param>
    /// <param name="Min">Fewest times.</param>
    /// <param name="Max">Most times; negative for no maximum.</param>
    /// <param name="Lazy">Whether fewer times are preferred to more.</param>
    public sealed record Repeat(PatternNode Part, int Min, int Max, bool Lazy) : PatternNode
    {
        /// <summary>What is repeated.</summary>
        public PatternNode Part { get; } = Part;

        /// <summary>Fewest times.</summary>
        public int Min { get; } = Min;

        /// <summary>Most times; negative for no maximum.</summary>
        public int Max { get; } = Max;

        /// <inheritdoc/>
        public override bool IsNullable { get; } = Min == 0 || Part.IsNullable;

        /// <inheritdoc/>
        public override int FixedLength { get; } = Min == Max && Part.FixedLength >= 0 ? Saturate((long)Min * Part.FixedLength) : -1;
    }

    /// <summary>A part whose first match stands: nothing tries its other ways again.</summary>
    /// <param name="Part">What is matched so.</param>
    public sealed record Atomic(PatternNode Part) : PatternNode
    {
        /// <inheritdoc/>
        public override bool IsNullable => Part.IsNullable;

        /// <inheritdoc/>
        public override int FixedLength => Part.FixedLength;
    }

    /// <summary>A condition on what follows or precedes.</summary>
    /// <param name="Part">What has to match.</param>
    /// <param name="Behind">Whether it is about what precedes.</param>
    /// <param name="Negative">Whether it must not match.</param>
    public sealed record Look(PatternNode Part, bool Behind, bool Negative) : PatternNode
    {
        /// <inheritdoc/>
        public override bool IsNullable => true;

        /// <inheritdoc/>
        public override int FixedLength => 0;
    }

    /// <summary>A condition on the position.</summary>
    /// <param name="Kind">Which one.</param>
    public sealed record Anchor(AnchorKind Kind) : PatternNode
    {
        /// <inheritdoc/>
        public override bool IsNullable => true;

        /// <inheritdoc/>
        public override int FixedLength => 0;
    }

    /// <summary>One extended grapheme cluster, <c>\X</c>.</summary>
    public sealed record Grapheme : PatternNode
    {
        /// <inheritdoc/>
        public override bool IsNullable => false;

        /// <inheritdoc/>
        public override int FixedLength => -1;
    }
}
