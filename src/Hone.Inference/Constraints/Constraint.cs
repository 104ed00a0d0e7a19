using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Hone.Core.Errors;

namespace Hone.Inference.Constraints;

/// <summary>What a generated text must look like: a text from a list, a match of a regular expression, or JSON under a schema.</summary>
/// <remarks>A generation that ends does so with an accepted text, also when its tokens run out: the shortest way to an end is then forced.</remarks>
public sealed class Constraint
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly Lazy<Grammar> _grammar;

    private Constraint(string kind, string source, Func<Grammar> compile)
    {
        Kind = kind;
        Source = source;
        _grammar = new Lazy<Grammar>(compile);
    }

    /// <summary><c>choices</c>, <c>regex</c> or <c>json_schema</c>.</summary>
    public string Kind { get; }

    /// <summary>The list (as JSON), the expression or the schema; constraints of the same kind and source are the same.</summary>
    public string Source { get; }

    /// <summary>The compiled form.</summary>
    internal Grammar Grammar => _grammar.Value;

    /// <summary>One of these texts.</summary>
    /// <exception cref="HoneException">The list is empty.</exception>
    public static Constraint Choices(ImmutableArray<string> texts)
    {
        if (texts.IsDefaultOrEmpty)
        {
            throw new HoneException("A choice constraint needs at least one text.", facts: "an empty list", fix: "list the texts to choose from");
        }

        return Checked(new Constraint("choices", JsonSerializer.Serialize(texts), () =>
        {
            var builder = new GrammarBuilder();
            return builder.Build(builder.Rule(builder.Choice(texts.Distinct().Select(builder.Text))));
        }));
    }

    /// <summary>A text that the expression matches as a whole.</summary>
    /// <param name="pattern">The regular part of the usual syntax, ASCII <c>\d \w \s</c>; no look-around, backreferences or flags.</param>
    /// <exception cref="HoneException">The expression is malformed, not regular or too large.</exception>
    public static Constraint Regex(string pattern) => Checked(new Constraint("regex", pattern, () =>
    {
        var builder = new GrammarBuilder();
        return builder.Build(builder.Rule(new RegexGrammar(builder, pattern, builder.Character).Whole()));
    }));

    /// <summary>JSON that is valid under a schema.</summary>
    /// <param name="schema">The schema's text; <c>{"type": "object"}</c> for any object.</param>
    /// <exception cref="HoneException">The schema is malformed or uses a keyword that is not supported.</exception>
    public static Constraint JsonSchema(string schema) => Checked(new Constraint("json_schema", schema, () =>
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(Strict.GetBytes(schema));
            return JsonSchemaGrammar.Compile(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or EncoderFallbackException)
        {
            throw new HoneException("A JSON schema cannot be used as a constraint.", "the schema's text", e.Message.TrimEnd('.'), "correct the JSON", e);
        }
    }));

    /// <inheritdoc/>
    public override string ToString() => $"{Kind}: {Source}";

    // Compiles at once, so that mistakes surface where the constraint is made.
    private static Constraint Checked(Constraint constraint)
    {
        _ = new GrammarAutomaton(constraint.Grammar);
        return constraint;
    }
}
