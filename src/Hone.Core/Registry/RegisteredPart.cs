namespace Hone.Core.Registry;

/// <summary>One registered type: what <c>hone list</c> shows and a recipe's <c>type:</c> selects.</summary>
/// <param name="Kind">The kind of part.</param>
/// <param name="Name">The name as written in a recipe.</param>
/// <param name="Version">Version of its behaviour; 0 where the kind has no versions.</param>
/// <param name="Type">The annotated type.</param>
/// <param name="Options">The record whose properties are the part's keys; often <paramref name="Type"/> itself.</param>
public sealed record RegisteredPart(string Kind, string Name, int Version, Type Type, Type Options);
