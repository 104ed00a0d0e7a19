namespace Hone.Processors.ChatTemplates.Jinja.Syntax;

/// <summary>Where the binder is: the symbols in force and what is allowed there.</summary>
internal sealed record Scope(Symbols Symbols, TemplateBlocks Blocks)
{
    /// <summary>Whether assignments are visible to blocks.</summary>
    public bool IsTopLevel { get; init; }

    /// <summary>Whether an unknown filter or test is an error only when it is reached.</summary>
    public bool IsConditional { get; init; }

    /// <summary>Whether <c>break</c> and <c>continue</c> have a loop to act on.</summary>
    public bool IsInLoop { get; init; }

    /// <summary>A scope inside this one, in the same activation.</summary>
    public Scope Inner() => new(new Symbols(Symbols, Symbols.Function), Blocks) { IsInLoop = IsInLoop };

    /// <summary>A scope inside this one with activations of its own.</summary>
    public Scope InnerFunction() => new(new Symbols(Symbols, new Function(Symbols.Function)), Blocks);

    /// <summary>The same scope inside a condition.</summary>
    public Scope Conditional() => this with { IsConditional = true };

    /// <summary>How to reach a variable from this scope's activation.</summary>
    public Place PlaceOf(string name)
    {
        Variable variable = Symbols.Find(name) ?? throw new InvalidOperationException($"the name '{name}' was not analyzed");
        return PlaceOf(variable);
    }

    /// <inheritdoc cref="PlaceOf(string)"/>
    public Place PlaceOf(Variable variable)
    {
        int hops = 0;
        for (Function? function = Symbols.Function; function != variable.Function; function = function!.Outer)
        {
            hops++; // a variable is only ever found in the functions around its use
        }

        return new Place(hops, variable.Slot);
    }

    /// <summary>What happens to this scope's variables when it is entered.</summary>
    public Entry Entry() => new([.. Symbols.Loads.Where(load => load.Value.Kind != LoadKind.Parameter).Select(load =>
        new FirstValue(load.Key.Slot, load.Value.Kind, load.Key.Name, load.Value.Source is { } source ? PlaceOf(source) : default))],
        [.. Symbols.Loads.Keys.Select(variable => variable.Slot)]);
}
