using Hone.Processors.ChatTemplates.Jinja.Values;

namespace Hone.Processors.ChatTemplates.Jinja.Syntax;

/// <summary>A variable that is read, or set when it stands left of an assignment.</summary>
internal sealed class NameExpression(string name) : Expression
{
    private Place _place;

    public string Name => name;

    /// <summary>Whether the name is a target of <c>set</c>, <c>for</c> or an import.</summary>
    public bool IsStored { get; set; }

    /// <summary>Whether the name is a target of <c>for</c>, <c>with</c> or a macro's parameter.</summary>
    public bool IsParameter { get; set; }

    /// <summary>Whether blocks see what is assigned.</summary>
    private bool IsExported { get; set; }

    public override void Analyze(Symbols symbols)
    {
        if (IsParameter)
        {
            symbols.DeclareParameter(name);
        }
        else if (IsStored)
        {
            symbols.StoreName(name);
        }
        else
        {
            symbols.LoadName(name);
        }
    }

    public override void Bind(Scope scope)
    {
        _place = scope.PlaceOf(name);
        IsExported = IsStored && scope.IsTopLevel;
    }

    public override object? Evaluate(Frame frame)
    {
        object? value = _place.Get(frame);
        return ReferenceEquals(value, Missing.Value) ? Undefined.Variable(name) : value;
    }

    public void Assign(Frame frame, object? value)
    {
        _place.Set(frame, value);
        if (IsExported)
        {
            frame.State.Exported[name] = value;
        }
    }
}
