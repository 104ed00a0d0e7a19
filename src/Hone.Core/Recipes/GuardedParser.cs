using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Hone.Core.Recipes;

/// <summary>Gives every failure of the YAML parser a place.</summary>
/// <remarks>Fuzzing shows YamlDotNet 16.3 leaving its scanner with plain runtime exceptions on some malformed texts; they mean the same as its own.</remarks>
internal sealed class GuardedParser(TextReader text) : IParser
{
    private readonly Parser _parser = new(text);

    /// <inheritdoc/>
    public ParsingEvent? Current => _parser.Current;

    /// <inheritdoc/>
    public bool MoveNext()
    {
        try
        {
            return _parser.MoveNext();
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or IndexOutOfRangeException or NullReferenceException or FormatException or OverflowException)
        {
            Mark last = _parser.Current?.End ?? Mark.Empty;
            throw new YamlException(last, last, "behind this place, the text cannot be understood", e);
        }
    }
}
