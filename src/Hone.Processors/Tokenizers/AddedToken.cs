namespace Hone.Processors.Tokenizers;

/// <summary>A token that is cut out of the text before the model sees it, with the rules for when it matches.</summary>
public sealed record AddedToken
{
    /// <summary>The text that the token stands for.</summary>
    public required string Content { get; init; }

    /// <summary>Whether it is a control token: left out by <c>Decode(…, skipSpecialTokens: true)</c>.</summary>
    public bool Special { get; init; }

    /// <summary>Whether it only matches where no word character touches it.</summary>
    public bool SingleWord { get; init; }

    /// <summary>Whether it swallows the white space before it.</summary>
    public bool LeftStrip { get; init; }

    /// <summary>Whether it swallows the white space after it.</summary>
    public bool RightStrip { get; init; }

    /// <summary>Whether it is looked for in the normalized text (its own content is normalized too) instead of the raw text.</summary>
    public bool Normalized { get; init; }
}
