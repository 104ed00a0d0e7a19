namespace Hone.Processors.ChatTemplates.Jinja.Syntax;

/// <summary>Which names a scope knows and where their first values come from.</summary>
/// <remarks>
/// The rules are those of Jinja2's compiler: a name that is stored anywhere in a scope belongs to the whole scope; it starts with the value
/// of the outer variable of that name, or with the template's variable if only some branches store it.
/// </remarks>
internal sealed class Symbols
{
    private readonly Dictionary<string, Variable> _variables;
    private readonly Dictionary<string, Variable> _names = [];
    private readonly Dictionary<Variable, Load> _loads = [];
    private readonly HashSet<string> _stores = [];

    public Symbols(Symbols? outer, Function function)
    {
        Outer = outer;
        Function = function;
        _variables = [];
    }

    private Symbols(Symbols original)
    {
        Outer = original.Outer;
        Function = original.Function;
        _variables = original._variables;
        _names = new Dictionary<string, Variable>(original._names);
        _loads = new Dictionary<Variable, Load>(original._loads);
        _stores = [.. original._stores];
    }

    public Symbols? Outer { get; }

    public Function Function { get; }

    /// <summary>First values of this scope's variables, in the order of their definition.</summary>
    public IReadOnlyDictionary<Variable, Load> Loads => _loads;

    /// <summary>The variable a name refers to here, or null if no scope knows it.</summary>
    public Variable? Find(string name) => _names.TryGetValue(name, out Variable? variable) ? variable : Outer?.Find(name);

    public void LoadName(string name)
    {
        if (Find(name) is null)
        {
            Define(name, new Load(LoadKind.Resolve));
        }
    }

    public void StoreName(string name)
    {
        _stores.Add(name);
        if (!_names.ContainsKey(name))
        {
            Define(name, Outer?.Find(name) is { } outer ? new Load(LoadKind.Alias, outer) : new Load(LoadKind.Undefined));
        }
    }

    public Variable DeclareParameter(string name)
    {
        _stores.Add(name);
        return Define(name, new Load(LoadKind.Parameter));
    }

    /// <summary>Analyzes the alternatives of a condition, of which one runs.</summary>
    public void Branch(params ReadOnlySpan<IEnumerable<Node>> alternatives)
    {
        var branches = new List<Symbols>();
        foreach (IEnumerable<Node> alternative in alternatives)
        {
            var branch = new Symbols(this);
            foreach (Node node in alternative)
            {
                node.Analyze(branch);
            }

            branches.Add(branch);
        }

        HashSet<string> stored = [.. branches.SelectMany(branch => branch._stores).Except(_stores)];
        foreach (Symbols branch in branches)
        {
            foreach ((string name, Variable variable) in branch._names)
            {
                _names[name] = variable;
            }

            foreach ((Variable variable, Load load) in branch._loads)
            {
                _loads[variable] = load;
            }

            _stores.UnionWith(branch._stores);
        }

        foreach (string name in stored)
        {
            _loads[_names[name]] = Outer?.Find(name) is { } outer ? new Load(LoadKind.Alias, outer) : new Load(LoadKind.Resolve);
        }
    }

    private Variable Define(string name, Load load)
    {
        if (!_variables.TryGetValue(name, out Variable? variable))
        {
            variable = new Variable(Function, Function.SlotCount++, name);
            _variables.Add(name, variable);
        }

        _names[name] = variable;
        _loads[variable] = load;
        return variable;
    }
}
