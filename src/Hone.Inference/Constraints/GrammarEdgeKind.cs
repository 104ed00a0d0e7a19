namespace Hone.Inference.Constraints;

/// <summary>What a step of a grammar's automaton consumes.</summary>
internal enum GrammarEdgeKind
{
    /// <summary>One byte.</summary>
    Byte,

    /// <summary>A text of another rule.</summary>
    Call,

    /// <summary>Nothing.</summary>
    Jump,
}
