namespace Hone.Data.Formats;

/// <summary>A format and its registered name.</summary>
/// <param name="Name">The name.</param>
/// <param name="Format">The format.</param>
public sealed record DetectedFormat(string Name, RowFormat Format);
