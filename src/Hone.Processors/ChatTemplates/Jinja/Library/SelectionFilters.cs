using Hone.Processors.ChatTemplates.Jinja.Python;
using Hone.Processors.ChatTemplates.Jinja.Values;

namespace Hone.Processors.ChatTemplates.Jinja.Library;

/// <summary>The filters <c>map</c>, <c>select</c>, <c>reject</c> and their relatives, which apply other filters and tests by name.</summary>
internal static class SelectionFilters
{
    public static BuiltinFunction[] All { get; } =
    [
        new("map", "value *args **kwargs", (state, a) => new PyIterator("generator", Map(state, a[0], (PyTuple)a[1]!, (PyDict)a[2]!))),
        Selection("select", keeps: true, byAttribute: false),
        Selection("reject", keeps: false, byAttribute: false),
        Selection("selectattr", keeps: true, byAttribute: true),
        Selection("rejectattr", keeps: false, byAttribute: true),
    ];

    private static BuiltinFunction Selection(string name, bool keeps, bool byAttribute) =>
        new(name, "value *args **kwargs", (state, a) => new PyIterator("generator", Select(state, a[0], (PyTuple)a[1]!, (PyDict)a[2]!, keeps, byAttribute)));

    private static IEnumerable<object?> Map(RenderState state, object? value, PyTuple args, PyDict kwargs)
    {
        if (!PythonOperators.IsTrue(value))
        {
            yield break;
        }

        Func<object?, object?> map = Mapping(state, args, kwargs);
        foreach (object? item in PythonOperators.Iterate(state, value))
        {
            state.Charge(1);
            yield return map(item);
        }
    }

    private static Func<object?, object?> Mapping(RenderState state, PyTuple args, PyDict kwargs)
    {
        if (args.Count == 0 && kwargs.TryGet("attribute", out object? attribute))
        {
            kwargs.TryGet("default", out object? fallback);
            for (int i = 0; i < kwargs.Count; i++)
            {
                if (kwargs.KeyAt(i) is not ("attribute" or "default"))
                {
                    throw PythonException.FilterArgument($"Unexpected keyword argument {PythonRepr.Of(kwargs.KeyAt(i))}");
                }
            }

            var getter = new ItemGetter(attribute, ignoresCase: false, fallback);
            return item => getter.Get(state, item);
        }

        if (args.Count == 0)
        {
            throw PythonException.FilterArgument("map requires a filter argument");
        }

        BuiltinFunction filter = Filters.Require(NameOf(args.Items[0]));
        return item => filter.Call(state, new CallArguments([item, .. args.Items[1..]], kwargs.Count > 0 ? kwargs : null));
    }

    private static IEnumerable<object?> Select(RenderState state, object? value, PyTuple args, PyDict kwargs, bool keeps, bool byAttribute)
    {
        if (!PythonOperators.IsTrue(value))
        {
            yield break;
        }

        int at = byAttribute ? 1 : 0;
        if (args.Count < at)
        {
            throw PythonException.FilterArgument("Missing parameter for attribute name");
        }

        var getter = new ItemGetter(byAttribute ? args.Items[0] : null);
        BuiltinFunction? test = args.Count > at ? Tests.Require(NameOf(args.Items[at])) : null;
        foreach (object? item in PythonOperators.Iterate(state, value))
        {
            state.Charge(1);
            object? tested = getter.Get(state, item);
            object? verdict = test is null ? tested : test.Call(state, new CallArguments([tested, .. args.Items[(at + 1)..]], kwargs.Count > 0 ? kwargs : null));
            if (PythonOperators.IsTrue(verdict) == keeps)
            {
                yield return item;
            }
        }
    }

    private static string NameOf(object? name) => PythonTypes.TryText(name, out string text) ? text : PythonRepr.Of(name);
}
