using System.Text;
using Hone.Processors.ChatTemplates.Jinja.Python;
using Hone.Processors.ChatTemplates.Jinja.Values;

namespace Hone.Processors.ChatTemplates.Jinja.Syntax;

/// <summary>The parameters and the body of a macro or a call block.</summary>
internal sealed class MacroDefinition(string name, NameExpression[] parameters, Expression[] defaults, Statement[] body)
{
    private readonly List<Place> _places = [];
    private Function? _function;
    private Entry? _entry;
    private Place _caller;
    private Place _keywords;
    private Place _rest;

    public string Name => name;

    public IReadOnlyList<NameExpression> Parameters => parameters;

    public bool TakesCaller { get; private set; }

    public bool TakesKeywords { get; private set; }

    public bool TakesRest { get; private set; }

    public bool HasExplicitCaller { get; private set; }

    public IEnumerable<Node> Children => [.. parameters, .. defaults, .. body];

    public void Bind(Scope scope, int line)
    {
        Scope inner = scope.InnerFunction();
        _function = inner.Symbols.Function;
        foreach (Node node in Children)
        {
            node.Analyze(inner.Symbols);
        }

        DeclareSpecial(inner, line);
        foreach (Node node in Children)
        {
            node.Bind(inner);
        }

        foreach (NameExpression parameter in parameters)
        {
            _places.Add(inner.PlaceOf(parameter.Name));
        }

        _entry = inner.Entry();
    }

    /// <summary>Runs the body in an activation of its own.</summary>
    public string Render(RenderState state, Frame outer, CallArguments arguments, bool isEscaping)
    {
        var frame = new Frame(state, outer, _function!.SlotCount, new StringBuilder());
        Pass(frame, arguments);
        _entry!.Enter(frame);
        int line = state.Line;
        bool before = state.Autoescape;
        state.Autoescape = isEscaping;
        for (int i = 0; i < parameters.Length; i++)
        {
            if (ReferenceEquals(_places[i].Get(frame), Missing.Value))
            {
                int at = i - (parameters.Length - defaults.Length);
                _places[i].Set(frame, at >= 0 ? defaults[at].Evaluate(frame) : Undefined.WithHint($"parameter '{parameters[i].Name}' was not provided"));
            }
        }

        Writing.Run(frame, body);
        state.Autoescape = before;
        state.Line = line;
        return frame.Output.ToString();
    }

    private void DeclareSpecial(Scope inner, int line)
    {
        HashSet<string> used = NameSearch.Undeclared(body, "caller", "kwargs", "varargs");
        int explicitCaller = Array.FindIndex(parameters, parameter => parameter.Name == "caller");
        HasExplicitCaller = explicitCaller >= 0;
        if (used.Contains("caller"))
        {
            TakesCaller = true;
            if (HasExplicitCaller && explicitCaller < parameters.Length - defaults.Length)
            {
                throw new TemplateSyntaxException("When defining macros or call blocks the special \"caller\" argument must be omitted or be given a default.", line, "TemplateAssertionError");
            }

            _caller = HasExplicitCaller ? default : inner.PlaceOf(inner.Symbols.DeclareParameter("caller"));
        }

        if (used.Contains("kwargs") && parameters.All(parameter => parameter.Name != "kwargs"))
        {
            TakesKeywords = true;
            _keywords = inner.PlaceOf(inner.Symbols.DeclareParameter("kwargs"));
        }

        if (used.Contains("varargs") && parameters.All(parameter => parameter.Name != "varargs"))
        {
            TakesRest = true;
            _rest = inner.PlaceOf(inner.Symbols.DeclareParameter("varargs"));
        }
    }

    private void Pass(Frame frame, CallArguments arguments)
    {
        object?[] positional = arguments.Positional;
        var left = new PyDict();
        for (int i = 0; i < (arguments.Named?.Count ?? 0); i++)
        {
            left.Set(arguments.Named!.KeyAt(i), arguments.Named.ValueAt(i));
        }

        for (int i = 0; i < parameters.Length; i++)
        {
            object? value = i < positional.Length ? positional[i] : Take(ref left, parameters[i].Name);
            _places[i].Set(frame, value);
        }

        if (TakesCaller && !HasExplicitCaller)
        {
            object? caller = Take(ref left, "caller");
            _caller.Set(frame, caller is null or Missing ? Undefined.WithHint("No caller defined") : caller);
        }

        if (TakesKeywords)
        {
            _keywords.Set(frame, left);
        }
        else if (left.Count > 0)
        {
            throw PythonException.Type(left.TryGet("caller", out _)
                ? $"macro {PythonRepr.Of(name)} was invoked with two values for the special caller argument. This is most likely a bug."
                : $"macro {PythonRepr.Of(name)} takes no keyword argument {PythonRepr.Of(left.KeyAt(0))}");
        }

        if (TakesRest)
        {
            _rest.Set(frame, new PyTuple(positional.Length > parameters.Length ? positional[parameters.Length..] : []));
        }
        else if (positional.Length > parameters.Length)
        {
            throw PythonException.Type($"macro {PythonRepr.Of(name)} takes not more than {parameters.Length} argument(s)");
        }
    }

    private static object? Take(ref PyDict named, string name)
    {
        if (!named.TryGet(name, out object? value))
        {
            return Missing.Value;
        }

        var rest = new PyDict();
        for (int i = 0; i < named.Count; i++)
        {
            if (named.KeyAt(i) is string key && key != name)
            {
                rest.Set(key, named.ValueAt(i));
            }
        }

        named = rest;
        return value;
    }
}
