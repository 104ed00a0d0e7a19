using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Hone.Core.Recipes;

/// <summary>The device a recipe asks for: the best one, the processor, or a numbered GPU.</summary>
[ScalarForm("auto, cpu or cuda:N")]
public readonly record struct DeviceSelection : IParsable<DeviceSelection>
{
    private readonly string? _name;

    private DeviceSelection(string name)
    {
        _name = name;
    }

    /// <summary>The best device there is.</summary>
    public static DeviceSelection Auto => default;

    /// <summary>The name as written in a recipe: <c>auto</c>, <c>cpu</c>, <c>cuda:0</c>.</summary>
    public string Name => _name ?? "auto";

    /// <inheritdoc/>
    public static DeviceSelection Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out DeviceSelection result) ? result : throw new FormatException($"'{s}' is not auto, cpu or cuda:N.");

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out DeviceSelection result)
    {
        const string cuda = "cuda:";
        bool numbered = s is not null && s.StartsWith(cuda, StringComparison.Ordinal)
            && byte.TryParse(s.AsSpan(cuda.Length), NumberStyles.None, CultureInfo.InvariantCulture, out byte index)
            && s.Length == cuda.Length + index.ToString().Length; // no leading zeros: one device, one name
        result = s is "cpu" || numbered ? new DeviceSelection(s!) : default; // numbered implies not null
        return s is "auto" or "cpu" || numbered;
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
