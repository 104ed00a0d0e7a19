using System.Collections.Frozen;
using Hone.Processors.ChatTemplates.Jinja.Python;
using Hone.Processors.ChatTemplates.Jinja.Values;

namespace Hone.Processors.ChatTemplates.Jinja.Library;

/// <summary>The attributes of values, and which of them the immutable sandbox hides.</summary>
internal static class Attributes
{
    /// <summary>Methods that would change a list or dictionary; the sandbox makes them undefined.</summary>
    private static readonly FrozenSet<string> s_listChanges = FrozenSet.ToFrozenSet(["append", "clear", "pop", "reverse", "insert", "sort", "extend", "remove"]);
    private static readonly FrozenSet<string> s_dictChanges = FrozenSet.ToFrozenSet(["clear", "pop", "popitem", "setdefault", "update"]);

    /// <summary>Attributes that every Python object has.</summary>
    private static readonly FrozenSet<string> s_objectAttributes = FrozenSet.ToFrozenSet([
        "__class__", "__delattr__", "__dir__", "__doc__", "__eq__", "__format__", "__ge__", "__getattribute__", "__getstate__", "__gt__", "__hash__", "__init__",
        "__init_subclass__", "__le__", "__lt__", "__ne__", "__new__", "__reduce__", "__reduce_ex__", "__repr__", "__setattr__", "__sizeof__", "__str__", "__subclasshook__"]);

    private static readonly FrozenSet<string> s_containerAttributes = FrozenSet.ToFrozenSet(["__contains__", "__getitem__", "__iter__", "__len__"]);

    /// <summary>Finds an attribute; one that the sandbox hides comes back undefined.</summary>
    public static bool TryGet(RenderState state, object? value, string name, out object? attribute)
    {
        attribute = null;
        if (name.StartsWith('_'))
        {
            bool exists = s_objectAttributes.Contains(name) || (value is string or Markup or PySequence or PyDict or PyRange or DictView && s_containerAttributes.Contains(name));
            attribute = exists ? Undefined.Unsafe(value, name) : null;
            return exists;
        }

        switch (value)
        {
            case string or Markup:
                return TryMethod(StringMethods.All, value, name, out attribute);
            case PyDict when s_dictChanges.Contains(name):
            case PyList when s_listChanges.Contains(name):
                attribute = Undefined.Unsafe(value, name);
                return true;
            case PyDict:
                return TryMethod(ContainerMethods.Dict, value, name, out attribute);
            case GroupTuple group when name is "grouper" or "list":
                attribute = group.Items[name == "grouper" ? 0 : 1];
                return true;
            case PyList:
                return TryMethod(ContainerMethods.List, value, name, out attribute);
            case PyTuple:
                return TryMethod(ContainerMethods.Tuple, value, name, out attribute);
            case Namespace bag:
                return bag.Attributes.TryGet(name, out attribute);
            case LoopContext loop:
                return loop.TryAttribute(name, out attribute);
            case Macro macro:
                return macro.TryAttribute(name, out attribute);
            case Cycler cycler:
                return cycler.TryAttribute(name, out attribute);
            case Joiner joiner:
                return joiner.TryAttribute(name, out attribute);
            case TemplateReference reference:
                return reference.TryAttribute(state, name, out attribute);
            case DictView view:
                return ContainerMethods.TryView(view, name, out attribute);
            case PyRange range when name is "start" or "stop" or "step":
                attribute = Integers.Box(name == "start" ? range.Start : name == "stop" ? range.Stop : range.Step);
                return true;
            case PyRange:
                return TryMethod(ContainerMethods.Range, value, name, out attribute);
            case PyBytes:
                return TryMethod(ContainerMethods.Bytes, value, name, out attribute);
            case double:
                return NumberMethods.TryFloat(value, name, out attribute);
            default:
                return value is not null && PythonNumbers.IsNumber(value) && NumberMethods.TryInteger(value, name, out attribute);
        }
    }

    /// <summary>Binds a method of a type to a value.</summary>
    internal static bool TryMethod(FrozenDictionary<string, Method> methods, object value, string name, out object? attribute)
    {
        bool found = methods.TryGetValue(name, out Method? method);
        attribute = found ? new BoundMethod(value, method!) : null;
        return found;
    }

    /// <summary>A table of methods by name.</summary>
    internal static FrozenDictionary<string, Method> Table(params ReadOnlySpan<Method> methods)
    {
        var byName = new Dictionary<string, Method>();
        foreach (Method method in methods)
        {
            byName.Add(method.Name, method);
        }

        return byName.ToFrozenDictionary();
    }
}
