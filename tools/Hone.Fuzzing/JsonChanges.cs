using System.Text;
using System.Text.Json.Nodes;
using Hone.Core.Random;

namespace Hone.Fuzzing;

/// <summary>Changes that leave JSON well-formed, so that they reach what lies behind its parser.</summary>
internal static class JsonChanges
{
    private static readonly string[] s_values = ["null", "true", "false", "0", "-1", "1", "0.5", "1e308", "4294967296", "9223372036854775807", "\"\"", "\"a\"", "\"é😀\"", "\"a*\"", "\"\\u0000\"", "[]", "[1]", "{}", "{\"a\":1}"];

    /// <summary>Changes some values, members and items of a text.</summary>
    /// <param name="seed">Well-formed JSON.</param>
    /// <param name="other">Well-formed JSON from which values and names are borrowed.</param>
    /// <param name="changes">How many.</param>
    /// <param name="random">Where and what.</param>
    public static byte[] Change(byte[] seed, byte[] other, int changes, RandomStream random)
    {
        var root = new JsonArray(JsonNode.Parse(seed)); // a place above the whole text
        var lender = new JsonArray(JsonNode.Parse(other));
        for (int i = 0; i < changes; i++)
        {
            ChangeOne(Pick(root, random), Pick(lender, random), random);
        }

        return Encoding.UTF8.GetBytes(root.Count > 0 && root[0] is { } whole ? whole.ToJsonString() : "null");
    }

    private static void ChangeOne(Place place, Place lent, RandomStream random)
    {
        switch (random.NextInt32(7))
        {
            case 0:
                place.Value = JsonNode.Parse(s_values[random.NextInt32(s_values.Length)]);
                break;
            case 1:
                place.Value = lent.Value?.DeepClone();
                break;
            case 2 when place.Parent is JsonObject parent:
                parent.Remove(place.Name);
                break;
            case 2 when place.Parent is JsonArray { Parent: not null } parent:
                parent.RemoveAt(place.Index);
                break;
            case 3 when place.Parent is JsonObject parent: // another name
                JsonNode? moved = place.Value;
                parent.Remove(place.Name);
                parent[lent.Name.Length > 0 ? lent.Name : "a"] = moved;
                break;
            case 4 when place.Value is JsonObject holder: // another member
                holder[lent.Name.Length > 0 ? lent.Name : "a"] = lent.Value?.DeepClone();
                break;
            case 5 when place.Value is JsonArray list: // another item
                list.Add(list.Count > 0 && random.NextInt32(2) == 0 ? list[0]?.DeepClone() : lent.Value?.DeepClone());
                break;
            case 6: // one level deeper
                JsonNode? inner = place.Value?.DeepClone();
                place.Value = random.NextInt32(2) == 0 ? new JsonArray(inner) : new JsonObject { [lent.Name] = inner };
                break;
        }
    }

    private static Place Pick(JsonNode root, RandomStream random)
    {
        var places = new List<Place>();
        Collect(root, places);
        return places[random.NextInt32(places.Count)];
    }

    private static void Collect(JsonNode? node, List<Place> places)
    {
        switch (node)
        {
            case JsonArray list:
                for (int i = 0; i < list.Count; i++)
                {
                    places.Add(new Place(list, "", i));
                    Collect(list[i], places);
                }

                break;
            case JsonObject members:
                foreach ((string name, JsonNode? value) in members)
                {
                    places.Add(new Place(members, name, -1));
                    Collect(value, places);
                }

                break;
        }
    }

    /// <summary>Where a value stands.</summary>
    /// <param name="Parent">The list or object that holds it.</param>
    /// <param name="Name">Its name in an object.</param>
    /// <param name="Index">Its index in a list.</param>
    private readonly record struct Place(JsonNode Parent, string Name, int Index)
    {
        public JsonNode? Value
        {
            get => Index >= 0 ? Parent[Index] : Parent[Name];
            set
            {
                if (Index >= 0)
                {
                    Parent[Index] = value;
                }
                else
                {
                    Parent[Name] = value;
                }
            }
        }
    }
}
