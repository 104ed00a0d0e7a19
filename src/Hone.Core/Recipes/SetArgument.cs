using System.Globalization;

namespace Hone.Core.Recipes;

/// <summary>One <c>--set a.b=c</c>: a dotted path with list indices, and the value that replaces what stands there.</summary>
/// <remarks>A key that contains a dot is written in double quotes: <c>stages."qwen2.5".batch=4</c>.</remarks>
internal sealed class SetArgument
{
    private readonly List<(string Text, SourceLocation Location)> _path;
    private readonly RecipeNode _value;

    private SetArgument(List<(string Text, SourceLocation Location)> path, RecipeNode value)
    {
        _path = path;
        _value = value;
    }

    /// <summary>Reads an argument, reporting what is wrong with it.</summary>
    public static SetArgument? Parse(string argument, RecipeProblems problems)
    {
        var source = new SourceText($"--set {argument.ReplaceLineEndings(" ")}", argument, OriginKind.Set);
        var path = new List<(string, SourceLocation)>();
        int position = 0;
        while (true)
        {
            int start = position;
            bool quoted = position < argument.Length && argument[position] == '"';
            int end = quoted ? argument.IndexOf('"', position + 1) + 1 : argument.AsSpan(position).IndexOfAny('.', '=') + position;
            if (end <= position || end >= argument.Length || argument[end] is not ('.' or '='))
            {
                bool hasEquals = argument.Contains('=', StringComparison.Ordinal);
                problems.Add(
                    new SourceLocation(source, 1, Math.Min(start + 1, argument.Length + 1), 1),
                    hasEquals ? "this part of the path is empty" : "'=' and a value are missing",
                    ["expected KEY=VALUE, as in --set stages.train.optimizer.learning_rate=1e-4"]);
                return null;
            }

            string text = quoted ? argument[(start + 1)..(end - 1)] : argument[start..end];
            path.Add((text, new SourceLocation(source, 1, start + 1, end - start)));
            position = end + 1;
            if (argument[end] == '=')
            {
                break;
            }
        }

        RecipeNode? value = ReadValue(source, position, problems);
        return value is null ? null : new SetArgument(path, value);
    }

    /// <summary>Puts the value into a recipe.</summary>
    /// <returns>The changed recipe, or the same one if the path does not exist, which is reported.</returns>
    public MapNode Apply(MapNode recipe, RecipeProblems problems)
    {
        if (_path[0].Text == RecipeLoader.ExtendsKey)
        {
            problems.Add(_path[0].Location, "'extends' cannot be set: it is resolved before --set applies", ["write a recipe that extends the other base"]);
            return recipe;
        }

        return Replace(recipe, 0, problems) as MapNode ?? recipe;
    }

    // Only brackets and quotes are YAML here: in an argument '#', ':' and '*' are part of the value, never syntax.
    private static RecipeNode? ReadValue(SourceText source, int start, RecipeProblems problems)
    {
        string text = source.Text[start..].Trim();
        if (text.Length > 0 && text[0] is '[' or '{' or '"' or '\'')
        {
            return YamlReader.Read(source, problems, start);
        }

        return new ScalarNode(text, false, new SourceLocation(source, 1, start + 1, Math.Max(1, source.Text.Length - start)));
    }

    private RecipeNode? Replace(RecipeNode? node, int depth, RecipeProblems problems)
    {
        if (depth == _path.Count)
        {
            return _value;
        }

        (string text, SourceLocation location) = _path[depth];
        switch (node)
        {
            case ListNode list:
                return ReplaceItem(list, depth, problems);
            case ScalarNode { IsNull: false }:
                problems.Add(location, $"'{Before(depth)}' is the single value {node.Shape}, so it has no key '{text}'", [$"it is set at {node.Location}"]);
                return null;
            default:
                MapNode map = node as MapNode ?? new MapNode([], location);
                MapEntry? existing = map.Find(text);
                RecipeNode? changed = Replace(existing?.Value, depth + 1, problems);
                return changed is null ? null : map.With(new MapEntry(text, existing?.KeyLocation ?? location, changed));
        }
    }

    private ListNode? ReplaceItem(ListNode list, int depth, RecipeProblems problems)
    {
        (string text, SourceLocation location) = _path[depth];
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int index) || index >= list.Items.Count)
        {
            string range = list.Items.Count == 0 ? "the list is empty" : $"its items are 0 to {list.Items.Count - 1}";
            problems.Add(location, $"'{Before(depth)}' is a list and has no item '{text}'", [range, $"set the whole list: --set {Before(depth)}=[…]"]);
            return null;
        }

        RecipeNode? item = Replace(list.Items[index], depth + 1, problems);
        return item is null ? null : list with { Items = [.. list.Items.Select((old, i) => i == index ? item : old)] };
    }

    private string Before(int depth) => string.Join('.', _path.Take(depth).Select(part => part.Text));
}
