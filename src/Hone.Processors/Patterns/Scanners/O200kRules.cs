using static Hone.Processors.Patterns.Scanners.CodePointClasses;

namespace Hone.Processors.Patterns.Scanners;

/// <summary>Rules of <see cref="WellKnownExpressions.O200k"/>.</summary>
internal readonly struct O200kRules : ISplitRules
{
    public static bool LeadingContractions => false;

    public static bool ContractionsIgnoreCase => true;

    public static bool AnyWordPrefix => true;

    public static int PrefixExcluded => Newline | Letter | Number;

    public static int Word => Upper | Lower;

    public static bool CasedWords => true;

    public static bool TrailingContractions => true;

    public static bool SymbolWords => false;

    public static int NumberLength => 3;

    public static bool NumbersEndText => false;

    public static int Other => 0;

    public static int OtherExcluded => White | Letter | Number;

    public static bool OtherTakesNewlines => true;

    public static bool OtherTakesSlashes => true;

    public static bool NewlineRuns => true;
}
