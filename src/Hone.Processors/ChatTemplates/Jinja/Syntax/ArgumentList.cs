using Hone.Processors.ChatTemplates.Jinja.Python;
using Hone.Processors.ChatTemplates.Jinja.Values;

namespace Hone.Processors.ChatTemplates.Jinja.Syntax;

/// <summary>The arguments as written: positional, by keyword, and unpacked with <c>*</c> and <c>**</c>.</summary>
internal sealed record ArgumentList(Expression[] Positional, (string Name, Expression Value)[] Named, Expression? Rest, Expression? Keywords)
{
    public static readonly ArgumentList None = new([], [], null, null);

    public IEnumerable<Node> Children => [.. Positional, .. Named.Select(argument => argument.Value), .. new[] { Rest, Keywords }.OfType<Node>()];

    public CallArguments Evaluate(Frame frame)
    {
        object?[] positional = TupleExpression.EvaluateAll(frame, Positional);
        PyDict? named = Named.Length > 0 || Keywords is not null ? new PyDict() : null;
        foreach ((string name, Expression value) in Named)
        {
            named!.Set(name, value.Evaluate(frame));
        }

        if (Rest is not null)
        {
            positional = [.. positional, .. PythonOperators.Items(frame.State, Rest.Evaluate(frame))];
        }

        if (Keywords is not null)
        {
            AddKeywords(frame.State, Keywords.Evaluate(frame), named!);
        }

        return new CallArguments(positional, named is { Count: > 0 } ? named : null);
    }

    private static void AddKeywords(RenderState state, object? keywords, PyDict named)
    {
        PyDict dict = keywords as PyDict ?? throw PythonException.Type($"argument after ** must be a mapping, not {PythonTypes.NameOf(keywords)}");
        state.ChargeItems(dict.Count);
        for (int i = 0; i < dict.Count; i++)
        {
            string name = PythonTypes.TryText(dict.KeyAt(i), out string text) ? text : throw PythonException.Type("keywords must be strings");
            if (named.TryGet(name, out _))
            {
                throw PythonException.Type($"got multiple values for keyword argument '{name}'");
            }

            named.Set(name, dict.ValueAt(i));
        }
    }
}
