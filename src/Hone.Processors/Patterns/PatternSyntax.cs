namespace Hone.Processors.Patterns;

/// <summary>The languages in which regular expressions are written.</summary>
public enum PatternSyntax
{
    /// <summary>That of tokenizer files: classes of Unicode, anchors of lines, options, atomic groups. Source: Oniguruma 6.9.10, doc/RE.</summary>
    Oniguruma,

    /// <summary>
    /// That of JSON schemas and constraints: <c>\d \w \s</c> of ECMAScript, <c>^</c> and <c>$</c> at the ends of the text, braces only as quantifiers, no options;
    /// <c>(?P&lt;name&gt;…)</c> is taken as well. Source: ECMA-262, section 22.2.1 (patterns, with the flag u).
    /// </summary>
    EcmaScript,
}
