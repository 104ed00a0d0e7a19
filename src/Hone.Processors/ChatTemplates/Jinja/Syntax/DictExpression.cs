using Hone.Processors.ChatTemplates.Jinja.Python;
using Hone.Processors.ChatTemplates.Jinja.Values;

namespace Hone.Processors.ChatTemplates.Jinja.Syntax;

/// <summary>A dictionary.</summary>
internal sealed class DictExpression(Expression[] keys, Expression[] values) : Expression
{
    public override IEnumerable<Node> Children
    {
        get
        {
            for (int i = 0; i < keys.Length; i++)
            {
                yield return keys[i];
                yield return values[i];
            }
        }
    }

    public override object? Evaluate(Frame frame)
    {
        var dict = new PyDict(keys.Length);
        for (int i = 0; i < keys.Length; i++)
        {
            object? key = keys[i].Evaluate(frame);
            PythonKeys.RequireHashable(key);
            dict.Set(key, values[i].Evaluate(frame));
        }

        return dict;
    }
}
