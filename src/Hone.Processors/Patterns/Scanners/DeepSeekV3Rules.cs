using static Hone.Processors.Patterns.Scanners.CodePointClasses;

namespace Hone.Processors.Patterns.Scanners;

/// <summary>Rules of <see cref="WellKnownExpressions.DeepSeekV3"/>.</summary>
internal readonly struct DeepSeekV3Rules : ISplitRules
{
    public static bool LeadingContractions => false;

    public static bool ContractionsIgnoreCase => false;

    public static bool AnyWordPrefix => true;

    public static int PrefixExcluded => Newline | Letter | Symbol;

    public static int Word => Letter | Mark;

    public static bool CasedWords => false;

    public static bool TrailingContractions => false;

    public static bool SymbolWords => true;

    public static int NumberLength => -1;

    public static bool NumbersEndText => false;

    public static int Other => Symbol;

    public static int OtherExcluded => 0;

    public static bool OtherTakesNewlines => true;

    public static bool OtherTakesSlashes => false;

    public static bool NewlineRuns => true;
}
