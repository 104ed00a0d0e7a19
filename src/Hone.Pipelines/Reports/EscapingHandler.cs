using System.Runtime.CompilerServices;

namespace Hone.Pipelines.Reports;

/// <summary>Writes the literal parts of an interpolated string as they are and the values in it escaped.</summary>
[InterpolatedStringHandler]
internal readonly ref struct EscapingHandler
{
    private readonly EscapingText _target;

    /// <summary>Called by the compiler.</summary>
    public EscapingHandler(int literalLength, int formattedCount, EscapingText target)
    {
        _ = literalLength;
        _ = formattedCount;
        _target = target;
    }

    /// <summary>Adds markup.</summary>
    public void AppendLiteral(string value) => _target.AddLiteral(value);

    /// <summary>Adds foreign text.</summary>
    public void AppendFormatted(string? value) => _target.AddText(value ?? "");

    /// <summary>Adds a whole number.</summary>
    public void AppendFormatted(long value) => _target.AddText(FigureText.Count(value));

    /// <summary>Adds a coordinate.</summary>
    public void AppendFormatted(double value) => _target.AddText(FigureText.Coordinate(value));
}
