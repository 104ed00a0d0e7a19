namespace Hone.Processors.Patterns;

/// <summary>One instruction of a <see cref="PatternProgram"/>.</summary>
internal readonly record struct PatternInstruction
{
    /// <summary>What it does.</summary>
    public PatternOp Op { get; init; }

    /// <summary>Whether a look must fail.</summary>
    public bool Negative { get; init; }

    /// <summary>The condition of <see cref="PatternOp.Anchor"/>.</summary>
    public AnchorKind Anchor { get; init; }

    /// <summary>Where to go on.</summary>
    public int Next { get; init; }

    /// <summary>Where a possessive run or an atomic part goes on when it consumed nothing.</summary>
    public int NextEmpty { get; init; }

    /// <summary>The second way of a fork, or the start of a sub-expression.</summary>
    public int Other { get; init; }

    /// <summary>Row of the instruction in the table of failures; only those at which paths split have one.</summary>
    public int Row { get; init; }

    /// <summary>What <see cref="PatternOp.One"/> and the runs consume.</summary>
    public CodePointSet? Set { get; init; }

    /// <summary>Alternatives of a look: start of the sub-expression, and how many code points to step back before it.</summary>
    public (int Start, int Back)[]? Looks { get; init; }
}
