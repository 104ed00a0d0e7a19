using System.Collections.Frozen;
using Hone.Processors.ChatTemplates.Jinja.Values;

namespace Hone.Processors.ChatTemplates.Jinja.Library;

/// <summary>The filters of Jinja2 3.1, with the <c>tojson</c> of transformers, by name.</summary>
internal static class Filters
{
    private static readonly FrozenDictionary<string, BuiltinFunction> s_byName = Table();

    public static BuiltinFunction? Find(string name) => s_byName.GetValueOrDefault(name);

    /// <summary>Finds a filter that a template names at run time.</summary>
    public static BuiltinFunction Require(string name) => Find(name) ?? throw PythonException.Runtime($"No filter named '{name}'.");

    private static FrozenDictionary<string, BuiltinFunction> Table()
    {
        var byName = new Dictionary<string, BuiltinFunction>();
        foreach (BuiltinFunction filter in (BuiltinFunction[])[.. TextFilters.All, .. ListFilters.All, .. SelectionFilters.All, .. ValueFilters.All, .. HtmlFilters.All])
        {
            byName.Add(filter.Name, filter);
        }

        byName["d"] = byName["default"];
        byName["e"] = byName["escape"];
        byName["count"] = byName["length"];
        return byName.ToFrozenDictionary();
    }
}
