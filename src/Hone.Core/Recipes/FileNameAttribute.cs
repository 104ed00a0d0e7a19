namespace Hone.Core.Recipes;

/// <summary>Requires text, or the keys of a map, that can name a file or folder on every operating system.</summary>
public sealed class FileNameAttribute : ConstraintAttribute
{
    private const int MaxLength = 100; // leaves room for a time stamp and a suffix below the usual 255

    // Device names that Windows reserves with any extension.
    private static readonly string[] Reserved = ["con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9", "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9"];

    /// <inheritdoc/>
    public override string Description => "a plain file name (letters, digits, '.', '_' and '-')";

    /// <inheritdoc/>
    public override bool AppliesToItems => false;

    /// <inheritdoc/>
    public override bool AppliesToKeys => true;

    /// <inheritdoc/>
    public override bool Allows(object value) =>
        value is string { Length: > 0 and <= MaxLength } text && char.IsAsciiLetterOrDigit(text[0]) && text[^1] != '.'
        && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-')
        && !Reserved.Contains(text.Split('.')[0].ToLowerInvariant());
}
