using Hone.Processors.ChatTemplates.Jinja.Syntax;

namespace Hone.Processors.ChatTemplates.Jinja.Values;

/// <summary>The variable <c>self</c>, whose attributes render the template's blocks.</summary>
internal sealed class TemplateReference(IReadOnlyDictionary<string, BlockStatement> blocks)
{
    public bool TryAttribute(RenderState state, string name, out object? attribute)
    {
        bool found = blocks.TryGetValue(name, out BlockStatement? block);
        attribute = found ? new BuiltinFunction(name, "", (current, _) => Render(current, block!), "BlockReference") : null;
        return found;
    }

    private static object Render(RenderState state, BlockStatement block)
    {
        state.Enter();
        string text = block.RenderToText(state);
        state.Leave();
        return state.Autoescape ? new Markup(text) : text;
    }
}
