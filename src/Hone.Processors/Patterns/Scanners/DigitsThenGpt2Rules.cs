using static Hone.Processors.Patterns.Scanners.CodePointClasses;

namespace Hone.Processors.Patterns.Scanners;

/// <summary>Rules of <see cref="WellKnownExpressions.Gpt2"/> between single digits.</summary>
internal readonly struct DigitsThenGpt2Rules : ISplitRules
{
    public static bool LeadingContractions => true;

    public static bool ContractionsIgnoreCase => false;

    public static bool AnyWordPrefix => false;

    public static int PrefixExcluded => 0;

    public static int Word => Letter;

    public static bool CasedWords => false;

    public static bool TrailingContractions => false;

    public static bool SymbolWords => false;

    public static int NumberLength => 1;

    public static bool NumbersEndText => true;

    public static int Other => 0;

    public static int OtherExcluded => White | Letter | Number;

    public static bool OtherTakesNewlines => false;

    public static bool OtherTakesSlashes => false;

    public static bool NewlineRuns => false;
}
