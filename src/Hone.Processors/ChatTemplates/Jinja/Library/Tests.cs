using System.Collections.Frozen;
using System.Numerics;
using Hone.Processors.ChatTemplates.Jinja.Python;
using Hone.Processors.ChatTemplates.Jinja.Values;

namespace Hone.Processors.ChatTemplates.Jinja.Library;

/// <summary>The tests of Jinja2 3.1 (<c>x is odd</c>) by name.</summary>
internal static class Tests
{
    private static readonly FrozenDictionary<string, BuiltinFunction> s_byName = Table();

    public static BuiltinFunction? Find(string name) => s_byName.GetValueOrDefault(name);

    /// <summary>Finds a test that a template names at run time.</summary>
    public static BuiltinFunction Require(string name) => Find(name) ?? throw PythonException.Runtime($"No test named '{name}'.");

    private static FrozenDictionary<string, BuiltinFunction> Table()
    {
        var byName = new Dictionary<string, BuiltinFunction>();
        void Add(string names, string signature, Func<RenderState, object?[], object?> body)
        {
            foreach (string name in names.Split(' '))
            {
                byName.Add(name, new BuiltinFunction(name, signature, body));
            }
        }

        Add("defined", "value", (_, a) => a[0] is not Undefined);
        Add("undefined", "value", (_, a) => a[0] is Undefined);
        Add("none", "value", (_, a) => a[0] is null);
        Add("boolean", "value", (_, a) => a[0] is bool);
        Add("true", "value", (_, a) => a[0] is true);
        Add("false", "value", (_, a) => a[0] is false);
        Add("integer", "value", (_, a) => a[0] is long or BigInteger);
        Add("float", "value", (_, a) => a[0] is double);
        Add("number", "value", (_, a) => PythonNumbers.IsNumber(a[0]));
        Add("string", "value", (_, a) => a[0] is string or Markup);
        Add("mapping", "value", (_, a) => a[0] is PyDict);
        Add("iterable", "value", (_, a) => PythonTypes.IsIterable(a[0]));
        Add("sequence", "value", (_, a) => a[0] is string or Markup or PySequence or PyDict or PyRange or PyBytes or Undefined);
        Add("callable", "value", (_, a) => a[0] is PyCallable or Undefined);
        Add("escaped", "value", (_, a) => a[0] is Markup);
        Add("odd", "value", (state, a) => PythonOperators.AreEqual(state, PythonArithmetic.Modulo(state, a[0], Integers.Box(2L)), Integers.Box(1L)));
        Add("even", "value", (state, a) => PythonOperators.AreEqual(state, PythonArithmetic.Modulo(state, a[0], Integers.Box(2L)), Integers.Box(0L)));
        Add("divisibleby", "value num", (state, a) => PythonOperators.AreEqual(state, PythonArithmetic.Modulo(state, a[0], a[1]), Integers.Box(0L)));
        Add("lower", "value", (state, a) => StringSearch.IsAllCase(PythonOperators.Str(state, a[0]), Characters.IsLower));
        Add("upper", "value", (state, a) => StringSearch.IsAllCase(PythonOperators.Str(state, a[0]), Characters.IsUpper));
        Add("in", "value seq", (state, a) => PythonOperators.Contains(state, a[1], a[0]));
        Add("sameas", "value other", (_, a) => IsSame(a[0], a[1]));
        Add("filter", "value", (_, a) => Filters.Find(NameOf(a[0])) is not null);
        Add("test", "value", (_, a) => Find(NameOf(a[0])) is not null);
        Add("== eq equalto", "a b", (state, a) => PythonOperators.AreEqual(state, a[0], a[1]));
        Add("!= ne", "a b", (state, a) => !PythonOperators.AreEqual(state, a[0], a[1]));
        Add("> gt greaterthan", "a b", (state, a) => PythonOperators.Compare(state, a[0], a[1], ">") > 0);
        Add(">= ge", "a b", (state, a) => PythonOperators.Compare(state, a[0], a[1], ">=") >= 0);
        Add("< lt lessthan", "a b", (state, a) => PythonOperators.Compare(state, a[0], a[1], "<") < 0);
        Add("<= le", "a b", (state, a) => PythonOperators.Compare(state, a[0], a[1], "<=") <= 0);
        return byName.ToFrozenDictionary();
    }

    private static string NameOf(object? value)
    {
        PythonKeys.RequireHashable(value);
        return PythonTypes.TryText(value, out string name) ? name : "";
    }

    /// <summary>Identity; equal texts, numbers and constants of one type count as the one object that CPython keeps of them.</summary>
    private static bool IsSame(object? a, object? b) => ReferenceEquals(a, b) || (a is not null && b is not null && a.GetType() == b.GetType() && a is string or long or bool or double or BigInteger && a.Equals(b));
}
