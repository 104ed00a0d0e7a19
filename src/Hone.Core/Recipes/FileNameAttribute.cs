namespace Hone.Core.Recipes;

/// <summary>Requires text, or the keys of a map, that can name a file or folder on every operating system.</summary>
public sealed class FileNameAttribute : ConstraintAttribute
{
    private const int MaxLength = 100; // leaves room for a time stamp and a suffix below the usual 255

    /// <inheritdoc/>
    public override string Description => "letters, digits, '.', '_' and '-', beginning with a letter or digit";

    /// <inheritdoc/>
    public override bool AppliesToItems => false;

    /// <inheritdoc/>
    public override bool AppliesToKeys => true;

    /// <inheritdoc/>
    public override bool Allows(object value) =>
        value is string { Length: > 0 and <= MaxLength } text && char.IsAsciiLetterOrDigit(text[0]) && text[^1] != '.'
        && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');
}
