namespace Hone.Core.Registry;

/// <summary>Everything <c>hone help</c> says about a part.</summary>
/// <param name="Kind">The kind of part; empty for the recipe itself.</param>
/// <param name="Name">Its name.</param>
/// <param name="Version">Version of its behaviour; 0 where the kind has no versions.</param>
/// <param name="Summary">What it is for.</param>
/// <param name="Remarks">What else a user should know.</param>
/// <param name="Keys">Its keys, those of nested records behind their owner with dotted names.</param>
public sealed record PartDescription(string Kind, string Name, int Version, string Summary, string Remarks, IReadOnlyList<KeyDescription> Keys);
