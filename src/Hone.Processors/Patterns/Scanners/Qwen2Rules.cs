using static Hone.Processors.Patterns.Scanners.CodePointClasses;

namespace Hone.Processors.Patterns.Scanners;

/// <summary>Rules of <see cref="WellKnownExpressions.Qwen2"/>.</summary>
internal readonly struct Qwen2Rules : ISplitRules
{
    public static bool LeadingContractions => true;

    public static bool ContractionsIgnoreCase => true;

    public static bool AnyWordPrefix => true;

    public static int PrefixExcluded => Newline | Letter | Number;

    public static int Word => Letter;

    public static bool CasedWords => false;

    public static bool TrailingContractions => false;

    public static bool SymbolWords => false;

    public static int NumberLength => 1;

    public static bool NumbersEndText => false;

    public static int Other => 0;

    public static int OtherExcluded => White | Letter | Number;

    public static bool OtherTakesNewlines => true;

    public static bool OtherTakesSlashes => false;

    public static bool NewlineRuns => true;
}
