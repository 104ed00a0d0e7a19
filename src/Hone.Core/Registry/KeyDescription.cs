namespace Hone.Core.Registry;

/// <summary>Everything <c>hone help</c> says about one key.</summary>
/// <param name="Name">The key, dotted where it belongs to a nested record.</param>
/// <param name="Type">What it holds.</param>
/// <param name="IsRequired">Whether it must be written.</param>
/// <param name="Default">Its default in YAML; empty for a required key.</param>
/// <param name="Range">Its limits; empty if there are none beyond the type.</param>
/// <param name="Summary">What it is for.</param>
public sealed record KeyDescription(string Name, string Type, bool IsRequired, string Default, string Range, string Summary);
