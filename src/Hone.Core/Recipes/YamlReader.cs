using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Hone.Core.Recipes;

/// <summary>Reads YAML 1.2 text into located nodes; tags, several documents and merge keys are refused, aliases are bounded.</summary>
internal sealed class YamlReader
{
    // A recipe written by a person stays far below these; they bound what a hostile file can cost.
    private const int MaxDepth = 64;
    private const int MaxNodes = 100_000;

    private readonly SourceText _source;
    private readonly RecipeProblems _problems;
    private readonly IParser _parser;
    private readonly Dictionary<string, (RecipeNode Node, int Weight)> _anchors = new(StringComparer.Ordinal);
    private readonly HashSet<string> _open = new(StringComparer.Ordinal);
    private int _nodes;

    private YamlReader(SourceText source, string text, RecipeProblems problems)
    {
        _source = source;
        _problems = problems;
        _parser = new GuardedParser(new StringReader(text));
    }

    /// <summary>Reads a whole text as one value.</summary>
    /// <param name="source">The text; its lines appear in problems.</param>
    /// <param name="problems">Receives syntax errors and duplicate keys.</param>
    /// <param name="skip">Number of leading characters of a one-line text that are not YAML.</param>
    /// <returns><see langword="null"/> if the text is empty or not YAML; the latter is reported.</returns>
    public static RecipeNode? Read(SourceText source, RecipeProblems problems, int skip = 0)
    {
        string text = skip == 0 ? source.Text : new string(' ', skip) + source.Text[skip..];
        try
        {
            return new YamlReader(source, text, problems).ReadDocument();
        }
        catch (RefusedYamlException refused)
        {
            problems.Add(refused.Location, refused.Message, refused.Notes);
        }
        catch (YamlException syntax)
        {
            ReportSyntax(source, syntax, problems);
        }

        return null;
    }

    private static void ReportSyntax(SourceText source, YamlException syntax, RecipeProblems problems)
    {
        string message = syntax.Message.Split('\n')[0].Trim().TrimEnd('.');
        message = message.Length > 0 ? char.ToLowerInvariant(message[0]) + message[1..] : "the text ends too early";

        // The parser names the construct that a tab breaks, which may begin lines above; the tab is what the user has to find.
        SourceLocation? tab = message.Contains(" tab ", StringComparison.Ordinal) ? FindTab(source, (int)syntax.Start.Line) : null;
        if (tab is not null)
        {
            problems.Add(tab, "not valid YAML: a tab cannot indent", ["this line is indented with a tab (→); YAML allows spaces only"]);
            return;
        }

        problems.Add(Locate(source, syntax.Start, 1), $"not valid YAML: {message}");
    }

    private static SourceLocation? FindTab(SourceText source, int firstLine)
    {
        for (int line = firstLine; line <= source.LineCount; line++)
        {
            string text = source.Line(line);
            int tab = text.IndexOf('\t', StringComparison.Ordinal);
            if (tab >= 0 && text.AsSpan(0, tab).Trim(' ').IsEmpty)
            {
                return new SourceLocation(source, line, tab + 1, 1);
            }
        }

        return null;
    }

    private static SourceLocation Locate(SourceText source, Mark mark, int length) =>
        new(source, Math.Max(1, (int)mark.Line), Math.Max(1, (int)mark.Column), Math.Max(1, length));

    private RecipeNode? ReadDocument()
    {
        _parser.Consume<StreamStart>();
        if (_parser.Accept<StreamEnd>(out _))
        {
            return null;
        }

        _parser.Consume<DocumentStart>();
        RecipeNode node = ReadNode(0).Node;
        _parser.Consume<DocumentEnd>();
        if (!_parser.TryConsume<StreamEnd>(out _))
        {
            ParsingEvent next = _parser.Consume<ParsingEvent>();
            throw new RefusedYamlException(Locate(_source, next.Start, 3), "a recipe is one YAML document; a second one begins here", []);
        }

        return node;
    }

    private (RecipeNode Node, int Weight) ReadNode(int depth)
    {
        ParsingEvent next = _parser.Consume<ParsingEvent>();
        if (depth > MaxDepth)
        {
            throw new RefusedYamlException(Locate(_source, next.Start, 1), $"nested deeper than {MaxDepth} levels", []);
        }

        if (next is AnchorAlias alias)
        {
            return ReadAlias(alias);
        }

        if (next is not NodeEvent begin)
        {
            throw new RefusedYamlException(Locate(_source, next.Start, 1), "a value was expected here", []);
        }

        if (!begin.Tag.IsEmpty)
        {
            throw new RefusedYamlException(
                Locate(_source, begin.Start, 1), $"YAML tags such as '{begin.Tag}' are not used in recipes", ["remove the tag; the key decides the type"]);
        }

        Count(1, begin.Start);
        string anchor = begin.Anchor.IsEmpty ? "" : begin.Anchor.Value;
        if (anchor.Length > 0)
        {
            _open.Add(anchor);
        }

        int before = _nodes;
        RecipeNode node = begin switch
        {
            Scalar scalar => ReadScalar(scalar),
            SequenceStart list => ReadList(list, depth),
            MappingStart map => ReadMap(map, depth),
            _ => throw new RefusedYamlException(Locate(_source, next.Start, 1), "a value was expected here", []),
        };
        int weight = 1 + _nodes - before;
        if (anchor.Length > 0)
        {
            _open.Remove(anchor);
            _anchors[anchor] = (node, weight);
        }

        return (node, weight);
    }

    private (RecipeNode Node, int Weight) ReadAlias(AnchorAlias alias)
    {
        string name = alias.Value.Value;
        SourceLocation location = Locate(_source, alias.Start, name.Length + 1);
        if (_open.Contains(name))
        {
            throw new RefusedYamlException(location, $"the alias '*{name}' contains itself", []);
        }

        if (!_anchors.TryGetValue(name, out (RecipeNode Node, int Weight) target))
        {
            throw new RefusedYamlException(location, $"no anchor '&{name}' stands before this alias", []);
        }

        Count(target.Weight, alias.Start);
        return target;
    }

    private ScalarNode ReadScalar(Scalar scalar)
    {
        bool quoted = scalar.Style != ScalarStyle.Plain;
        bool oneLine = scalar.Start.Line == scalar.End.Line;
        int length = oneLine ? (int)(scalar.End.Column - scalar.Start.Column) : _source.Line((int)scalar.Start.Line).Length - (int)scalar.Start.Column + 1;
        return new ScalarNode(scalar.Value, quoted, Locate(_source, scalar.Start, length));
    }

    private ListNode ReadList(SequenceStart start, int depth)
    {
        var items = new List<RecipeNode>();
        while (!_parser.TryConsume<SequenceEnd>(out _))
        {
            items.Add(ReadNode(depth + 1).Node);
        }

        return new ListNode(items, Locate(_source, start.Start, 1));
    }

    private MapNode ReadMap(MappingStart start, int depth)
    {
        var entries = new Dictionary<string, MapEntry>(StringComparer.Ordinal);
        var order = new List<MapEntry>();
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            RecipeNode keyNode = ReadNode(depth + 1).Node;
            if (keyNode is not ScalarNode key)
            {
                throw new RefusedYamlException(keyNode.Location, $"a key must be a word, not {keyNode.Shape}", ["did you mean to quote a value with braces?"]);
            }

            if (key is { Text: "<<", IsQuoted: false })
            {
                throw new RefusedYamlException(key.Location, "merge keys ('<<') are not part of YAML 1.2", ["put the shared part into a file and name it with 'extends'"]);
            }

            var entry = new MapEntry(key.Text, key.Location, ReadNode(depth + 1).Node);
            if (entries.TryGetValue(key.Text, out MapEntry? first))
            {
                _problems.Add(key.Location, $"the key '{key.Text}' appears twice in one map", [$"first at line {first.KeyLocation.Line}; keep one of them"]);
                continue;
            }

            entries.Add(key.Text, entry);
            order.Add(entry);
        }

        return new MapNode(order, Locate(_source, start.Start, 1));
    }

    private void Count(int nodes, Mark mark)
    {
        _nodes += nodes;
        if (_nodes > MaxNodes)
        {
            throw new RefusedYamlException(Locate(_source, mark, 1), $"more than {MaxNodes:N0} values, aliases counted each time they are used", []);
        }
    }
}
