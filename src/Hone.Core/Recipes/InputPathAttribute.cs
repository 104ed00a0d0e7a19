namespace Hone.Core.Recipes;

/// <summary>Marks a text option that names an existing file, relative to the working folder; it is checked before anything starts.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class InputPathAttribute : Attribute
{
    /// <summary>Whether a folder will do as well.</summary>
    public bool AllowsFolder { get; init; }
}
