using Hone.Processors.ChatTemplates.Jinja.Python;
using Hone.Processors.ChatTemplates.Jinja.Values;

namespace Hone.Processors.ChatTemplates.Jinja.Library;

/// <summary>Looks up what the <c>attribute</c> argument of a filter names: keys joined with dots, or a number.</summary>
internal sealed class ItemGetter
{
    private readonly object?[] _parts;
    private readonly object? _fallback;
    private readonly bool _ignoresCase;

    /// <param name="attribute">The name, a number, or none for the item itself.</param>
    /// <param name="ignoresCase">Whether texts are compared in lower case.</param>
    /// <param name="fallback">Stands for undefined values; none for no such value.</param>
    public ItemGetter(object? attribute, bool ignoresCase = false, object? fallback = null)
    {
        _parts = Parts(attribute);
        _ignoresCase = ignoresCase;
        _fallback = fallback;
    }

    public object? Get(RenderState state, object? item)
    {
        foreach (object? part in _parts)
        {
            item = Subscripts.Item(state, item, part);
            item = item is Undefined && _fallback is not null ? _fallback : item;
        }

        return _ignoresCase ? IgnoreCase(state, item) : item;
    }

    /// <summary>Several names separated by commas: a list of values that compare one after the other.</summary>
    public static Func<object?, object?> Several(RenderState state, object? attribute, bool ignoresCase)
    {
        ItemGetter[] getters = PythonTypes.TryText(attribute, out string names)
            ? [.. names.Split(',').Select(name => new ItemGetter(name, ignoresCase))]
            : [new ItemGetter(attribute, ignoresCase)];
        return item => new PyList([.. getters.Select(getter => getter.Get(state, item))]);
    }

    /// <summary>The lower case of a text, any other value as it is.</summary>
    public static object? IgnoreCase(RenderState state, object? value)
    {
        if (!PythonTypes.TryText(value, out string text))
        {
            return value;
        }

        state.ChargeText(text.Length);
        return CaseMapping.Lower(text);
    }

    private static object?[] Parts(object? attribute)
    {
        if (attribute is null or Missing)
        {
            return [];
        }

        return PythonTypes.TryText(attribute, out string path)
            ? [.. path.Split('.').Select(part => part.Length > 0 && part.All(c => Characters.IsDigit(c)) && Integers.TryParse(part, 10, out var number) ? Integers.Box(number) : part)]
            : [attribute];
    }
}
