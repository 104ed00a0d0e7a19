namespace Hone.Processors.ChatTemplates.Jinja.Values;

/// <summary>The result of <c>dict.keys()</c>, <c>dict.values()</c> or <c>dict.items()</c>.</summary>
internal sealed class DictView(PyDict dict, DictPart part)
{
    public PyDict Dict { get; } = dict;

    public DictPart Part { get; } = part;

    public object? At(int i) => Part switch
    {
        DictPart.Keys => Dict.KeyAt(i),
        DictPart.Values => Dict.ValueAt(i),
        _ => new PyTuple(Dict.KeyAt(i), Dict.ValueAt(i)),
    };
}
