using System.Runtime.CompilerServices;

namespace Hone.Tensors;

/// <summary>Text of an error that is only put together when a check failed: an op that succeeds spends nothing on it.</summary>
[InterpolatedStringHandler]
internal ref struct FactsOfFailure
{
    private DefaultInterpolatedStringHandler _text;

    /// <summary>Called by the compiler before the parts are appended.</summary>
    public FactsOfFailure(int literalLength, int formattedCount, bool condition, out bool isNeeded)
    {
        isNeeded = !condition;
        _text = condition ? default : new DefaultInterpolatedStringHandler(literalLength, formattedCount);
    }

    /// <summary>Appends text.</summary>
    public void AppendLiteral(string value) => _text.AppendLiteral(value);

    /// <summary>Appends a value.</summary>
    public void AppendFormatted<T>(T value) => _text.AppendFormatted(value);

    /// <summary>Appends a value in a format.</summary>
    public void AppendFormatted<T>(T value, string? format) => _text.AppendFormatted(value, format);

    /// <summary>The text; the handler is empty afterwards.</summary>
    public string ToStringAndClear() => _text.ToStringAndClear();
}
