using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Hone.Processors.ChatTemplates.Jinja.Python;
using Hone.Processors.ChatTemplates.Jinja.Values;

namespace Hone.Processors.ChatTemplates.Jinja;

/// <summary>Turns JSON into the values that Python's <c>json.loads</c> gives; numbers stay exact.</summary>
internal static class JsonValues
{
    public static object? Convert(JsonElement json)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                var dict = new PyDict();
                foreach (JsonProperty property in json.EnumerateObject())
                {
                    dict.Set(property.Name, Convert(property.Value));
                }

                return dict;
            case JsonValueKind.Array:
                var items = new object?[json.GetArrayLength()];
                int i = 0;
                foreach (JsonElement item in json.EnumerateArray())
                {
                    items[i++] = Convert(item);
                }

                return new PyList(items);
            case JsonValueKind.String:
                return json.GetString();
            case JsonValueKind.Number:
                return Number(json);
            case JsonValueKind.True:
                return true;
            case JsonValueKind.False:
                return false;
            default:
                return null;
        }
    }

    private static object Number(JsonElement json)
    {
        if (json.TryGetInt64(out long number))
        {
            return Integers.Box(number);
        }

        string text = json.GetRawText();
        return text.AsSpan().IndexOfAny('.', 'e', 'E') < 0
            ? Integers.Box(BigInteger.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture))
            : double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
    }
}
