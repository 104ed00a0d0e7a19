namespace Hone.Processors.Tokenizers;

/// <summary>When Metaspace puts its marker in front of a text.</summary>
internal enum PrependScheme
{
    /// <summary>Before every piece that does not begin with it.</summary>
    Always,

    /// <summary>Only before the piece at the beginning of the original text.</summary>
    First,

    /// <summary>Not at all.</summary>
    Never,
}
