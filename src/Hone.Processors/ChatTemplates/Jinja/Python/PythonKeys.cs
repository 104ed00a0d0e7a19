using System.Numerics;
using Hone.Processors.ChatTemplates.Jinja.Values;

namespace Hone.Processors.ChatTemplates.Jinja.Python;

/// <summary>Equality and hashes of the values that can be keys.</summary>
internal static class PythonKeys
{
    /// <summary>Refuses what Python cannot hash.</summary>
    public static void RequireHashable(object? key)
    {
        if (key is PyList or PyDict or PySlice or DictView)
        {
            throw PythonException.Type($"unhashable type: '{PythonTypes.NameOf(key)}'");
        }

        if (key is PyTuple tuple)
        {
            foreach (object? item in tuple.Items)
            {
                RequireHashable(item);
            }
        }
    }

    public static bool AreEqual(object? a, object? b)
    {
        if (ReferenceEquals(a, b))
        {
            return true;
        }

        if (PythonTypes.TryText(a, out string text))
        {
            return PythonTypes.TryText(b, out string other) && text == other;
        }

        if (PythonNumbers.IsNumber(a))
        {
            return PythonNumbers.IsNumber(b) && PythonNumbers.AreEqual(a!, b!);
        }

        if (a is PyTuple left && b is PyTuple right && left.Count == right.Count)
        {
            for (int i = 0; i < left.Count; i++)
            {
                if (!AreEqual(left.Items[i], right.Items[i]))
                {
                    return false;
                }
            }

            return true;
        }

        return a is Undefined && b is Undefined;
    }

    public static int HashOf(object? key)
    {
        switch (key)
        {
            case null:
                return 0;
            case string text:
                return text.GetHashCode(StringComparison.Ordinal);
            case Markup markup:
                return markup.Text.GetHashCode(StringComparison.Ordinal);
            case bool b:
                return (b ? 1L : 0L).GetHashCode();
            case long n:
                return n.GetHashCode();
            case BigInteger big:
                return big.GetHashCode();
            case double d:
                return d == Math.Floor(d) && Math.Abs(d) < long.MaxValue ? ((long)d).GetHashCode() : d == Math.Floor(d) ? new BigInteger(d).GetHashCode() : d.GetHashCode();
            case PyTuple tuple:
                var hash = default(HashCode);
                foreach (object? item in tuple.Items)
                {
                    hash.Add(HashOf(item));
                }

                return hash.ToHashCode();
            case Undefined:
                return 1;
            default:
                return System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(key);
        }
    }
}
