namespace Hone.Inference.Constraints;

/// <summary>A step of a grammar's automaton: over a byte, over a whole rule, or over nothing.</summary>
/// <param name="Kind">Which of these.</param>
/// <param name="First">Lowest byte; of a call, the rule.</param>
/// <param name="Last">Highest byte.</param>
/// <param name="Target">Node reached; of a call, where to go on when the rule has ended.</param>
internal readonly record struct GrammarEdge(GrammarEdgeKind Kind, int First, int Last, int Target)
{
    /// <summary>Over one byte of a range.</summary>
    public static GrammarEdge Byte(byte first, byte last, int target) => new(GrammarEdgeKind.Byte, first, last, target);

    /// <summary>Over a text of a rule.</summary>
    public static GrammarEdge Call(int rule, int target) => new(GrammarEdgeKind.Call, rule, 0, target);

    /// <summary>Over nothing.</summary>
    public static GrammarEdge Jump(int target) => new(GrammarEdgeKind.Jump, 0, 0, target);
}
