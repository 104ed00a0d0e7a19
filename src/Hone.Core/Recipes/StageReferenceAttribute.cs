namespace Hone.Core.Recipes;

/// <summary>Marks a text option that names an earlier stage, such as <c>from: data</c>.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class StageReferenceAttribute : Attribute;
