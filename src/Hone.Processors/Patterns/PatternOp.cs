namespace Hone.Processors.Patterns;

/// <summary>What an instruction does.</summary>
internal enum PatternOp : byte
{
    /// <summary>The (sub-)expression has matched.</summary>
    Accept,

    /// <summary>Consumes one code point of <c>Set</c>.</summary>
    One,

    /// <summary>Tries <c>Next</c>, then <c>Other</c>.</summary>
    Fork,

    /// <summary>Consumes code points of <c>Set</c> while it can, then goes on at <c>Next</c>, giving back one at a time.</summary>
    Run,

    /// <summary>As <see cref="Run"/>, giving nothing back.</summary>
    PossessiveRun,

    /// <summary>Runs the sub-expression at <c>Other</c> once and goes on where it ended.</summary>
    Atomic,

    /// <summary>Goes on if one of <c>Looks</c> matches (or none, when negative), consuming nothing.</summary>
    Look,

    /// <summary>Goes on if the position is as <c>Anchor</c> says.</summary>
    Anchor,

    /// <summary>Consumes one extended grapheme cluster.</summary>
    Grapheme,
}
