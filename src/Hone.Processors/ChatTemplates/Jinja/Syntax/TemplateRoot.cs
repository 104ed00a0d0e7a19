using Hone.Processors.ChatTemplates.Jinja.Values;

namespace Hone.Processors.ChatTemplates.Jinja.Syntax;

/// <summary>A whole template, bound and ready to render any number of times.</summary>
internal sealed class TemplateRoot
{
    private readonly Statement[] _body;
    private readonly Function _function = new(null);
    private readonly Entry _entry;
    private readonly Place? _self;
    private readonly TemplateBlocks _blocks = new();

    public TemplateRoot(Statement[] body)
    {
        _body = body;
        var scope = new Scope(new Symbols(null, _function), _blocks) { IsTopLevel = true };
        if (NameSearch.Undeclared(body, "self").Count > 0)
        {
            _self = scope.PlaceOf(scope.Symbols.DeclareParameter("self"));
        }

        foreach (Statement statement in body)
        {
            statement.Analyze(scope.Symbols);
        }

        foreach (Statement statement in body)
        {
            statement.Bind(scope);
        }

        _entry = scope.Entry();
        HasGeneration = Contains(body);
    }

    /// <summary>Whether the template marks what the assistant wrote.</summary>
    public bool HasGeneration { get; }

    /// <summary>Renders into the state's root output.</summary>
    public void Render(RenderState state)
    {
        var frame = new Frame(state, null, _function.SlotCount, state.Root);
        _entry.Enter(frame);
        _self?.Set(frame, new TemplateReference(_blocks.ByName));
        Writing.Run(frame, _body);
    }

    private static bool Contains(IEnumerable<Node> nodes) => nodes.Any(node => node is GenerationStatement || Contains(node.Children));
}
