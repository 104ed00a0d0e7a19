using Hone.Core.Registry;

namespace Hone.Data.Formats;

/// <summary>Names a format of rows for recipes: <c>format: { type: alpaca }</c>.</summary>
/// <param name="name">The name as written after <c>type:</c>.</param>
public sealed class DataFormatAttribute(string name) : RegisteredAttribute(FormatKind, name)
{
    /// <summary>The kind under which formats are registered.</summary>
    public const string FormatKind = "format";
}
