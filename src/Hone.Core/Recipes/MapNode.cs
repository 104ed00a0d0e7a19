namespace Hone.Core.Recipes;

/// <summary>A map from keys to values, in the order written.</summary>
/// <param name="Entries">The entries; keys are distinct.</param>
/// <param name="Location">Where it begins.</param>
internal sealed record MapNode(IReadOnlyList<MapEntry> Entries, SourceLocation Location) : RecipeNode(Location)
{
    /// <inheritdoc/>
    public override string Shape => "a map";

    /// <summary>Finds the entry of a key.</summary>
    /// <returns><see langword="null"/> if the map has no such key.</returns>
    public MapEntry? Find(string key) => Entries.FirstOrDefault(entry => entry.Key == key);

    /// <summary>Creates a map in which a key has another entry, in its old place or at the end.</summary>
    public MapNode With(MapEntry entry)
    {
        List<MapEntry> entries = [.. Entries];
        int index = entries.FindIndex(e => e.Key == entry.Key);
        if (index >= 0)
        {
            entries[index] = entry;
        }
        else
        {
            entries.Add(entry);
        }

        return this with { Entries = entries };
    }

    /// <summary>Lays a derived recipe's map over this one: maps merge key by key, everything else is replaced.</summary>
    /// <remarks>A map whose <c>type</c> differs is replaced whole, because the keys of another type would not fit it.</remarks>
    public MapNode MergeWith(MapNode derived)
    {
        List<MapEntry> entries = [.. Entries];
        Dictionary<string, int> places = entries.Select((entry, index) => (entry.Key, index)).ToDictionary(p => p.Key, p => p.index, StringComparer.Ordinal);
        foreach (MapEntry entry in derived.Entries)
        {
            if (!places.TryGetValue(entry.Key, out int place))
            {
                entries.Add(entry);
            }
            else if (entries[place].Value is MapNode below && entry.Value is MapNode above && SameType(below, above))
            {
                entries[place] = entry with { Value = below.MergeWith(above) };
            }
            else
            {
                entries[place] = entry;
            }
        }

        return new MapNode(entries, derived.Location);
    }

    private static bool SameType(MapNode below, MapNode above) =>
        above.Find("type")?.Value is not ScalarNode type || below.Find("type")?.Value is not ScalarNode other || type.Text == other.Text;
}
