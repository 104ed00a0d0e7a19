namespace Hone.Processors.ChatTemplates.Jinja.Syntax;

/// <summary>Searches below nodes for uses of names.</summary>
internal static class NameSearch
{
    /// <summary>Which of the names are read below the nodes before they are assigned; blocks are not searched.</summary>
    public static HashSet<string> Undeclared(IEnumerable<Node> nodes, params ReadOnlySpan<string> names)
    {
        var open = new HashSet<string>();
        foreach (string name in names)
        {
            open.Add(name);
        }

        var found = new HashSet<string>();
        foreach (Node node in nodes)
        {
            Visit(node, open, found);
        }

        return found;
    }

    public static bool StoresName(IEnumerable<Node> nodes, string name) =>
        nodes.Any(node => (node is NameExpression { IsStored: true } target && target.Name == name) || StoresName(node.Children, name));

    public static bool HasScopedBlock(IEnumerable<Node> nodes) => nodes.Any(node => node is BlockStatement { IsScoped: true } || HasScopedBlock(node.Children));

    private static void Visit(Node node, HashSet<string> open, HashSet<string> found)
    {
        switch (node)
        {
            case NameExpression { IsStored: false, IsParameter: false } name when open.Contains(name.Name):
                found.Add(name.Name);
                break;
            case NameExpression { IsStored: false, IsParameter: false }:
                break;
            case NameExpression name:
                open.Remove(name.Name);
                break;
            case BlockStatement:
                break;
            default:
                foreach (Node child in node.Children)
                {
                    Visit(child, open, found);
                }

                break;
        }
    }
}
