namespace Hone.Core.Recipes;

/// <summary>The values of a resolved recipe by their paths, such as <c>stages.train.batch.rows</c>, without asking which parts exist.</summary>
public static class RecipeValues
{
    /// <summary>Reads the text of a resolved recipe.</summary>
    /// <param name="name">Where it came from, for the message.</param>
    /// <param name="text">The text.</param>
    /// <returns>Paths and values in the order of the text; entries of lists as <c>sources[0]</c>, empty lists and maps as <c>[]</c> and <c>{}</c>.</returns>
    /// <exception cref="RecipeException">It is not YAML.</exception>
    public static IReadOnlyList<KeyValuePair<string, string>> Read(string name, string text)
    {
        var problems = new RecipeProblems();
        RecipeNode? root = YamlReader.Read(new SourceText(name, text, OriginKind.Recipe), problems);
        problems.ThrowIfAny();
        var values = new List<KeyValuePair<string, string>>();
        Add("", root, values);
        return values;
    }

    private static void Add(string path, RecipeNode? node, List<KeyValuePair<string, string>> values)
    {
        switch (node)
        {
            case MapNode { Entries.Count: > 0 } map:
                foreach (MapEntry entry in map.Entries)
                {
                    Add(path.Length == 0 ? entry.Key : $"{path}.{entry.Key}", entry.Value, values);
                }

                break;
            case ListNode { Items.Count: > 0 } list:
                for (int i = 0; i < list.Items.Count; i++)
                {
                    Add($"{path}[{i}]", list.Items[i], values);
                }

                break;
            case not null:
                values.Add(KeyValuePair.Create(path, node is ScalarNode scalar ? scalar.Text : node is MapNode ? "{}" : "[]"));
                break;
        }
    }
}
