using Hone.Processors.ChatTemplates.Jinja.Python;
using Hone.Processors.ChatTemplates.Jinja.Values;

namespace Hone.Processors.ChatTemplates.Jinja.Syntax;

/// <summary><c>generation</c> … <c>endgeneration</c>: what the assistant wrote. Like a call block, it has variables of its own.</summary>
internal sealed class GenerationStatement(MacroDefinition definition) : Statement
{
    public override IEnumerable<Node> Children => definition.Children;

    public override void Analyze(Symbols symbols)
    {
    }

    public override void Bind(Scope scope) => definition.Bind(scope, Line);

    public override Flow Execute(Frame frame)
    {
        RenderState state = frame.State;
        state.Enter();
        string text = definition.Render(state, frame, new CallArguments([]), state.Autoescape);
        state.Leave();
        int start = state.RootCodePoints();
        state.Spans.Add(new TextSpan(start, start + Characters.Length(text)));
        Writing.Text(frame, text);
        return Flow.Normal;
    }
}
