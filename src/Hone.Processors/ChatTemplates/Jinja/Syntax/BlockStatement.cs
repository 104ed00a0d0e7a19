using System.Text;
using Hone.Processors.ChatTemplates.Jinja.Python;
using Hone.Processors.ChatTemplates.Jinja.Values;

namespace Hone.Processors.ChatTemplates.Jinja.Syntax;

/// <summary><c>block name</c> … <c>endblock</c>: rendered where it stands, with the template's variables only unless it is scoped.</summary>
internal sealed class BlockStatement(string name, Statement[] body, bool isScoped, bool isRequired) : Statement
{
    private readonly List<(string Name, Place Place)> _visible = [];
    private Function? _function;
    private Entry? _entry;
    private Place? _self;
    private Place? _super;

    public bool IsScoped => isScoped;

    public override IEnumerable<Node> Children => body;

    public override void Analyze(Symbols symbols)
    {
    }

    public override void Bind(Scope scope)
    {
        if (!scope.Blocks.ByName.TryAdd(name, this))
        {
            throw new TemplateSyntaxException($"block {PythonRepr.Of(name)} defined twice", Line, "TemplateAssertionError");
        }

        _function = new Function(null);
        var inner = new Scope(new Symbols(null, _function), scope.Blocks);
        HashSet<string> used = NameSearch.Undeclared(body, "self", "super");
        _self = used.Contains("self") ? inner.PlaceOf(inner.Symbols.DeclareParameter("self")) : null;
        _super = used.Contains("super") ? inner.PlaceOf(inner.Symbols.DeclareParameter("super")) : null;
        base.Analyze(inner.Symbols);
        base.Bind(inner);
        _entry = inner.Entry();
        Blocks = scope.Blocks;
        for (Symbols? symbols = isScoped ? scope.Symbols : null; symbols is not null; symbols = symbols.Outer)
        {
            _visible.AddRange(symbols.Loads.Keys.Select(variable => (variable.Name, scope.PlaceOf(variable))));
        }
    }

    public override Flow Execute(Frame frame)
    {
        RenderState state = frame.State;
        var hidden = new List<(string Name, bool Existed, object? Value)>();
        foreach ((string visible, Place place) in _visible)
        {
            object? value = place.Get(frame);
            if (!ReferenceEquals(value, Missing.Value) && hidden.All(entry => entry.Name != visible))
            {
                hidden.Add((visible, state.Exported.TryGetValue(visible, out object? before), before));
                state.Exported[visible] = value;
            }
        }

        state.Enter();
        Render(state, frame.Output);
        state.Leave();
        foreach ((string changed, bool existed, object? before) in hidden)
        {
            if (existed)
            {
                state.Exported[changed] = before;
            }
            else
            {
                state.Exported.Remove(changed);
            }
        }

        return Flow.Normal;
    }

    /// <summary>Renders the block by itself, as <c>self.name()</c> does.</summary>
    public string RenderToText(RenderState state)
    {
        var output = new StringBuilder();
        Render(state, output);
        return output.ToString();
    }

    private TemplateBlocks? Blocks { get; set; }

    private void Render(RenderState state, StringBuilder output)
    {
        if (isRequired)
        {
            throw PythonException.Runtime($"Required block {PythonRepr.Of(name)} not found");
        }

        var frame = new Frame(state, null, _function!.SlotCount, output);
        _entry!.Enter(frame);
        _self?.Set(frame, new TemplateReference(Blocks!.ByName));
        _super?.Set(frame, Undefined.WithHint($"there is no parent block called {PythonRepr.Of(name)}."));
        Writing.Run(frame, body);
    }
}
