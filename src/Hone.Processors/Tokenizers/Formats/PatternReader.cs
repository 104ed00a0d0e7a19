using Hone.Core.Errors;

namespace Hone.Processors.Tokenizers.Formats;

/// <summary>Reads a <c>pattern</c>: <c>{"String": …}</c> or <c>{"Regex": …}</c>.</summary>
internal static class PatternReader
{
    /// <summary>Reads and compiles it.</summary>
    public static TextPattern Read(ConfigNode config)
    {
        if (config.Element.ValueKind == System.Text.Json.JsonValueKind.String)
        {
            return TextPattern.Literal(config.String());
        }

        config.RequireObject();
        if (!config["String"].IsNull)
        {
            return TextPattern.Literal(config["String"].String());
        }

        return Compile(config["Regex"].String(), config.Where);
    }

    /// <summary>Compiles an expression.</summary>
    /// <exception cref="TokenizerFormatException">It is no valid expression.</exception>
    public static TextPattern Compile(string expression, string where)
    {
        try
        {
            return TextPattern.Expression(expression);
        }
        catch (HoneException error)
        {
            throw new TokenizerFormatException("An expression cannot be compiled.", where, error.What, error.Fix, error);
        }
    }
}
