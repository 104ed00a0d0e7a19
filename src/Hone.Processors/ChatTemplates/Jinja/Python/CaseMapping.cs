using System.Collections.Frozen;
using System.Text;

namespace Hone.Processors.ChatTemplates.Jinja.Python;

/// <summary>Python's upper, lower, title and folded case, which may change a text's length; .NET maps character to character.</summary>
/// <remarks>Each table lists what differs from the simple mappings of .NET: a character followed by what it becomes, entries separated by blanks (Unicode SpecialCasing and CaseFolding).</remarks>
internal static class CaseMapping
{
    /// <summary>Upper case.</summary>
    private const string UpperText =
        "\u00df\u0053\u0053 \u0131\u0049 \u0149\u02bc\u004e \u017f\u0053 \u01f0\u004a\u030c \u0390\u0399\u0308\u0301 " +
        "\u03b0\u03a5\u0308\u0301 \u0587\u0535\u0552 \u1e96\u0048\u0331 \u1e97\u0054\u0308 \u1e98\u0057\u030a " +
        "\u1e99\u0059\u030a \u1e9a\u0041\u02be \u1f50\u03a5\u0313 \u1f52\u03a5\u0313\u0300 \u1f54\u03a5\u0313\u0301 " +
        "\u1f56\u03a5\u0313\u0342 \u1f80\u1f08\u0399 \u1f81\u1f09\u0399 \u1f82\u1f0a\u0399 \u1f83\u1f0b\u0399 " +
        "\u1f84\u1f0c\u0399 \u1f85\u1f0d\u0399 \u1f86\u1f0e\u0399 \u1f87\u1f0f\u0399 \u1f88\u1f08\u0399 " +
        "\u1f89\u1f09\u0399 \u1f8a\u1f0a\u0399 \u1f8b\u1f0b\u0399 \u1f8c\u1f0c\u0399 \u1f8d\u1f0d\u0399 " +
        "\u1f8e\u1f0e\u0399 \u1f8f\u1f0f\u0399 \u1f90\u1f28\u0399 \u1f91\u1f29\u0399 \u1f92\u1f2a\u0399 " +
        "\u1f93\u1f2b\u0399 \u1f94\u1f2c\u0399 \u1f95\u1f2d\u0399 \u1f96\u1f2e\u0399 \u1f97\u1f2f\u0399 " +
        "\u1f98\u1f28\u0399 \u1f99\u1f29\u0399 \u1f9a\u1f2a\u0399 \u1f9b\u1f2b\u0399 \u1f9c\u1f2c\u0399 " +
        "\u1f9d\u1f2d\u0399 \u1f9e\u1f2e\u0399 \u1f9f\u1f2f\u0399 \u1fa0\u1f68\u0399 \u1fa1\u1f69\u0399 " +
        "\u1fa2\u1f6a\u0399 \u1fa3\u1f6b\u0399 \u1fa4\u1f6c\u0399 \u1fa5\u1f6d\u0399 \u1fa6\u1f6e\u0399 " +
        "\u1fa7\u1f6f\u0399 \u1fa8\u1f68\u0399 \u1fa9\u1f69\u0399 \u1faa\u1f6a\u0399 \u1fab\u1f6b\u0399 " +
        "\u1fac\u1f6c\u0399 \u1fad\u1f6d\u0399 \u1fae\u1f6e\u0399 \u1faf\u1f6f\u0399 \u1fb2\u1fba\u0399 " +
        "\u1fb3\u0391\u0399 \u1fb4\u0386\u0399 \u1fb6\u0391\u0342 \u1fb7\u0391\u0342\u0399 \u1fbc\u0391\u0399 " +
        "\u1fc2\u1fca\u0399 \u1fc3\u0397\u0399 \u1fc4\u0389\u0399 \u1fc6\u0397\u0342 \u1fc7\u0397\u0342\u0399 " +
        "\u1fcc\u0397\u0399 \u1fd2\u0399\u0308\u0300 \u1fd3\u0399\u0308\u0301 \u1fd6\u0399\u0342 " +
        "\u1fd7\u0399\u0308\u0342 \u1fe2\u03a5\u0308\u0300 \u1fe3\u03a5\u0308\u0301 \u1fe4\u03a1\u0313 " +
        "\u1fe6\u03a5\u0342 \u1fe7\u03a5\u0308\u0342 \u1ff2\u1ffa\u0399 \u1ff3\u03a9\u0399 \u1ff4\u038f\u0399 " +
        "\u1ff6\u03a9\u0342 \u1ff7\u03a9\u0342\u0399 \u1ffc\u03a9\u0399 \ufb00\u0046\u0046 \ufb01\u0046\u0049 " +
        "\ufb02\u0046\u004c \ufb03\u0046\u0046\u0049 \ufb04\u0046\u0046\u004c \ufb05\u0053\u0054 \ufb06\u0053\u0054 " +
        "\ufb13\u0544\u0546 \ufb14\u0544\u0535 \ufb15\u0544\u053b \ufb16\u054e\u0546 \ufb17\u0544\u053d";

    /// <summary>Title case where it is not the upper case.</summary>
    private const string TitleText =
        "\u00df\u0053\u0073 \u01c4\u01c5 \u01c5\u01c5 \u01c6\u01c5 \u01c7\u01c8 \u01c8\u01c8 \u01c9\u01c8 \u01ca\u01cb " +
        "\u01cb\u01cb \u01cc\u01cb \u01f1\u01f2 \u01f2\u01f2 \u01f3\u01f2 \u0587\u0535\u0582 \u1f80\u1f88 \u1f81\u1f89 " +
        "\u1f82\u1f8a \u1f83\u1f8b \u1f84\u1f8c \u1f85\u1f8d \u1f86\u1f8e \u1f87\u1f8f \u1f88\u1f88 \u1f89\u1f89 " +
        "\u1f8a\u1f8a \u1f8b\u1f8b \u1f8c\u1f8c \u1f8d\u1f8d \u1f8e\u1f8e \u1f8f\u1f8f \u1f90\u1f98 \u1f91\u1f99 " +
        "\u1f92\u1f9a \u1f93\u1f9b \u1f94\u1f9c \u1f95\u1f9d \u1f96\u1f9e \u1f97\u1f9f \u1f98\u1f98 \u1f99\u1f99 " +
        "\u1f9a\u1f9a \u1f9b\u1f9b \u1f9c\u1f9c \u1f9d\u1f9d \u1f9e\u1f9e \u1f9f\u1f9f \u1fa0\u1fa8 \u1fa1\u1fa9 " +
        "\u1fa2\u1faa \u1fa3\u1fab \u1fa4\u1fac \u1fa5\u1fad \u1fa6\u1fae \u1fa7\u1faf \u1fa8\u1fa8 \u1fa9\u1fa9 " +
        "\u1faa\u1faa \u1fab\u1fab \u1fac\u1fac \u1fad\u1fad \u1fae\u1fae \u1faf\u1faf \u1fb2\u1fba\u0345 \u1fb3\u1fbc " +
        "\u1fb4\u0386\u0345 \u1fb7\u0391\u0342\u0345 \u1fbc\u1fbc \u1fc2\u1fca\u0345 \u1fc3\u1fcc \u1fc4\u0389\u0345 " +
        "\u1fc7\u0397\u0342\u0345 \u1fcc\u1fcc \u1ff2\u1ffa\u0345 \u1ff3\u1ffc \u1ff4\u038f\u0345 " +
        "\u1ff7\u03a9\u0342\u0345 \u1ffc\u1ffc \ufb00\u0046\u0066 \ufb01\u0046\u0069 \ufb02\u0046\u006c " +
        "\ufb03\u0046\u0066\u0069 \ufb04\u0046\u0066\u006c \ufb05\u0053\u0074 \ufb06\u0053\u0074 \ufb13\u0544\u0576 " +
        "\ufb14\u0544\u0565 \ufb15\u0544\u056b \ufb16\u054e\u0576 \ufb17\u0544\u056d";

    /// <summary>Folded case where it is not the lower case.</summary>
    private const string FoldText =
        "\u00b5\u03bc \u00df\u0073\u0073 \u0149\u02bc\u006e \u017f\u0073 \u01f0\u006a\u030c \u0345\u03b9 " +
        "\u0390\u03b9\u0308\u0301 \u03b0\u03c5\u0308\u0301 \u03c2\u03c3 \u03d0\u03b2 \u03d1\u03b8 \u03d5\u03c6 " +
        "\u03d6\u03c0 \u03f0\u03ba \u03f1\u03c1 \u03f5\u03b5 \u0587\u0565\u0582 \u1c80\u0432 \u1c81\u0434 \u1c82\u043e " +
        "\u1c83\u0441 \u1c84\u0442 \u1c85\u0442 \u1c86\u044a \u1c87\u0463 \u1c88\ua64b \u1e96\u0068\u0331 " +
        "\u1e97\u0074\u0308 \u1e98\u0077\u030a \u1e99\u0079\u030a \u1e9a\u0061\u02be \u1e9b\u1e61 \u1e9e\u0073\u0073 " +
        "\u1f50\u03c5\u0313 \u1f52\u03c5\u0313\u0300 \u1f54\u03c5\u0313\u0301 \u1f56\u03c5\u0313\u0342 " +
        "\u1f80\u1f00\u03b9 \u1f81\u1f01\u03b9 \u1f82\u1f02\u03b9 \u1f83\u1f03\u03b9 \u1f84\u1f04\u03b9 " +
        "\u1f85\u1f05\u03b9 \u1f86\u1f06\u03b9 \u1f87\u1f07\u03b9 \u1f88\u1f00\u03b9 \u1f89\u1f01\u03b9 " +
        "\u1f8a\u1f02\u03b9 \u1f8b\u1f03\u03b9 \u1f8c\u1f04\u03b9 \u1f8d\u1f05\u03b9 \u1f8e\u1f06\u03b9 " +
        "\u1f8f\u1f07\u03b9 \u1f90\u1f20\u03b9 \u1f91\u1f21\u03b9 \u1f92\u1f22\u03b9 \u1f93\u1f23\u03b9 " +
        "\u1f94\u1f24\u03b9 \u1f95\u1f25\u03b9 \u1f96\u1f26\u03b9 \u1f97\u1f27\u03b9 \u1f98\u1f20\u03b9 " +
        "\u1f99\u1f21\u03b9 \u1f9a\u1f22\u03b9 \u1f9b\u1f23\u03b9 \u1f9c\u1f24\u03b9 \u1f9d\u1f25\u03b9 " +
        "\u1f9e\u1f26\u03b9 \u1f9f\u1f27\u03b9 \u1fa0\u1f60\u03b9 \u1fa1\u1f61\u03b9 \u1fa2\u1f62\u03b9 " +
        "\u1fa3\u1f63\u03b9 \u1fa4\u1f64\u03b9 \u1fa5\u1f65\u03b9 \u1fa6\u1f66\u03b9 \u1fa7\u1f67\u03b9 " +
        "\u1fa8\u1f60\u03b9 \u1fa9\u1f61\u03b9 \u1faa\u1f62\u03b9 \u1fab\u1f63\u03b9 \u1fac\u1f64\u03b9 " +
        "\u1fad\u1f65\u03b9 \u1fae\u1f66\u03b9 \u1faf\u1f67\u03b9 \u1fb2\u1f70\u03b9 \u1fb3\u03b1\u03b9 " +
        "\u1fb4\u03ac\u03b9 \u1fb6\u03b1\u0342 \u1fb7\u03b1\u0342\u03b9 \u1fbc\u03b1\u03b9 \u1fbe\u03b9 " +
        "\u1fc2\u1f74\u03b9 \u1fc3\u03b7\u03b9 \u1fc4\u03ae\u03b9 \u1fc6\u03b7\u0342 \u1fc7\u03b7\u0342\u03b9 " +
        "\u1fcc\u03b7\u03b9 \u1fd2\u03b9\u0308\u0300 \u1fd3\u03b9\u0308\u0301 \u1fd6\u03b9\u0342 " +
        "\u1fd7\u03b9\u0308\u0342 \u1fe2\u03c5\u0308\u0300 \u1fe3\u03c5\u0308\u0301 \u1fe4\u03c1\u0313 " +
        "\u1fe6\u03c5\u0342 \u1fe7\u03c5\u0308\u0342 \u1ff2\u1f7c\u03b9 \u1ff3\u03c9\u03b9 \u1ff4\u03ce\u03b9 " +
        "\u1ff6\u03c9\u0342 \u1ff7\u03c9\u0342\u03b9 \u1ffc\u03c9\u03b9 \ufb00\u0066\u0066 \ufb01\u0066\u0069 " +
        "\ufb02\u0066\u006c \ufb03\u0066\u0066\u0069 \ufb04\u0066\u0066\u006c \ufb05\u0073\u0074 \ufb06\u0073\u0074 " +
        "\ufb13\u0574\u0576 \ufb14\u0574\u0565 \ufb15\u0574\u056b \ufb16\u057e\u0576 \ufb17\u0574\u056d";

    private const int Georgian = 0x10D0;
    private const int GeorgianEnd = 0x10FF;
    private const int FinalSigma = 0x3C2;
    private const int Sigma = 0x3C3;
    private const int CapitalSigma = 0x3A3;
    private const int DottedCapitalI = 0x130;

    private static readonly FrozenDictionary<int, string> s_upper = Parse(UpperText);
    private static readonly FrozenDictionary<int, string> s_title = Parse(TitleText);
    private static readonly FrozenDictionary<int, string> s_fold = Parse(FoldText);

    public static string Upper(string text) => System.Text.Ascii.IsValid(text) ? text.ToUpperInvariant() : Map(text, UpperOf);

    public static string Lower(string text) => System.Text.Ascii.IsValid(text) ? text.ToLowerInvariant() : Map(text, LowerOf);

    public static string Fold(string text) => System.Text.Ascii.IsValid(text) ? text.ToLowerInvariant() : Map(text, FoldOf);

    public static string Swap(string text) => Map(text, (s, i) => Characters.IsUpper(Characters.At(s, i)) ? LowerOf(s, i) : Characters.IsLower(Characters.At(s, i)) ? UpperOf(s, i) : Same(s, i));

    public static string Capitalize(string text) => Map(text, (s, i) => i == 0 ? TitleOf(s, i) : LowerOf(s, i));

    /// <summary>Each run of cased characters starts with a title-case letter.</summary>
    public static string Title(string text)
    {
        bool isInside = false;
        return Map(text, (s, i) =>
        {
            string mapped = isInside ? LowerOf(s, i) : TitleOf(s, i);
            isInside = Characters.IsCased(Characters.At(s, i));
            return mapped;
        });
    }

    private static string Map(string text, Func<string, int, string> map)
    {
        var mapped = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length; i += Characters.Width(text, i))
        {
            mapped.Append(map(text, i));
        }

        return mapped.ToString();
    }

    private static string UpperOf(string text, int at)
    {
        int c = Characters.At(text, at);
        return s_upper.TryGetValue(c, out string? special) ? special : Rune.TryCreate(c, out Rune rune) ? Rune.ToUpperInvariant(rune).ToString() : Same(text, at);
    }

    private static string TitleOf(string text, int at)
    {
        int c = Characters.At(text, at);
        return s_title.TryGetValue(c, out string? special) ? special : c is >= Georgian and <= GeorgianEnd ? Same(text, at) : UpperOf(text, at);
    }

    private static string LowerOf(string text, int at)
    {
        int c = Characters.At(text, at);
        return c switch
        {
            DottedCapitalI => "i\u0307",
            CapitalSigma => Characters.ToText(IsFinalSigma(text, at) ? FinalSigma : Sigma),
            _ => Rune.TryCreate(c, out Rune rune) ? Rune.ToLowerInvariant(rune).ToString() : Same(text, at),
        };
    }

    private static string FoldOf(string text, int at)
    {
        int c = Characters.At(text, at);
        bool isCherokee = c is (>= 0x13A0 and <= 0x13FD) or (>= 0xAB70 and <= 0xABBF);
        return s_fold.TryGetValue(c, out string? special) ? special : isCherokee ? UpperOf(text, at) : c == CapitalSigma ? Characters.ToText(Sigma) : LowerOf(text, at);
    }

    /// <summary>A sigma ends a word when a cased letter precedes it and none follows, case-ignorable characters aside.</summary>
    private static bool IsFinalSigma(string text, int at)
    {
        int before = at - 1;
        while (before >= 0 && IsIgnorable(text[before]))
        {
            before--;
        }

        int after = at + 1;
        while (after < text.Length && IsIgnorable(text[after]))
        {
            after++;
        }

        return before >= 0 && IsCasedAt(text, before) && (after == text.Length || !IsCasedAt(text, after));
    }

    private static bool IsCasedAt(string text, int at) =>
        Characters.IsCased(char.IsLowSurrogate(text[at]) && at > 0 ? Characters.At(text, at - 1) : Characters.At(text, at));

    private static bool IsIgnorable(char c) => c is '\'' or '.' or ':' or '^' or '`' or '\u00a8' or '\u00ad' or '\u00af' or '\u00b4' or '\u00b7' or '\u00b8' or '\u2019'
        || Characters.Category(c) is System.Globalization.UnicodeCategory.NonSpacingMark or System.Globalization.UnicodeCategory.EnclosingMark or System.Globalization.UnicodeCategory.Format
            or System.Globalization.UnicodeCategory.ModifierLetter or System.Globalization.UnicodeCategory.ModifierSymbol;

    private static string Same(string text, int at) => text.Substring(at, Characters.Width(text, at));

    private static FrozenDictionary<int, string> Parse(string table) =>
        table.Split(' ', StringSplitOptions.RemoveEmptyEntries).ToFrozenDictionary(entry => (int)entry[0], entry => entry[1..]);
}
