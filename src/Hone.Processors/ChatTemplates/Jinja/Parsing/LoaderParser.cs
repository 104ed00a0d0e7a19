using Hone.Processors.ChatTemplates.Jinja.Syntax;

namespace Hone.Processors.ChatTemplates.Jinja.Parsing;

/// <summary>Parses the statements that name other templates.</summary>
internal sealed class LoaderParser(TokenStream stream, ExpressionParser expressions, TargetParser targets)
{
    /// <summary><c>extends</c>, from its name on.</summary>
    public LoaderStatement Extends()
    {
        int line = stream.Current.Line;
        return new LoaderStatement(AfterTag(), [], isExtends: true) { Line = line };
    }

    /// <summary><c>include</c>, from its name on.</summary>
    public LoaderStatement Include()
    {
        int line = stream.Current.Line;
        Expression template = AfterTag();
        if (stream.Current.IsName("ignore") && stream.Look.IsName("missing"))
        {
            stream.Next();
            stream.Next();
        }

        SkipContext();
        return new LoaderStatement(template, [], isExtends: false) { Line = line };
    }

    /// <summary><c>import</c>, from its name on.</summary>
    public LoaderStatement Import()
    {
        int line = stream.Current.Line;
        Expression template = AfterTag();
        stream.ExpectName("as");
        string name = targets.Name(isParameter: false).Name;
        SkipContext();
        return new LoaderStatement(template, [name], isExtends: false) { Line = line };
    }

    /// <summary><c>from … import</c>, from its name on.</summary>
    public LoaderStatement FromImport()
    {
        int line = stream.Current.Line;
        Expression template = AfterTag();
        stream.ExpectName("import");
        var names = new List<string>();
        while (!SkipContext())
        {
            if (names.Count > 0)
            {
                stream.Expect(",");
                if (SkipContext())
                {
                    break;
                }
            }

            string name = targets.Name(isParameter: false).Name;
            if (name.StartsWith('_'))
            {
                throw new TemplateSyntaxException("names starting with an underline can not be imported", line, "TemplateAssertionError");
            }

            names.Add(stream.SkipName("as") ? targets.Name(isParameter: false).Name : name);
            if (SkipContext() || !stream.Current.Is(","))
            {
                break;
            }
        }

        return new LoaderStatement(template, [.. names], isExtends: false) { Line = line };
    }

    private bool SkipContext()
    {
        bool found = (stream.Current.IsName("with") || stream.Current.IsName("without")) && stream.Look.IsName("context");
        if (found)
        {
            stream.Next();
            stream.Next();
        }

        return found;
    }

    private Expression AfterTag()
    {
        stream.Next();
        return expressions.Parse();
    }
}
