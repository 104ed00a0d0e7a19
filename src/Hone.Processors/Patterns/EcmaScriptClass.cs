namespace Hone.Processors.Patterns;

/// <summary>Reads a bracketed class as ECMAScript writes it: ranges and escapes, in which brackets are characters and <c>[]</c> is empty.</summary>
internal static class EcmaScriptClass
{
    /// <summary>Reads from behind the opening bracket up to and including the closing one.</summary>
    public static CodePointSet Take(PatternCursor cursor)
    {
        int start = cursor.Position - 1;
        bool isNegated = cursor.Take('^');
        var ranges = new List<(int First, int End)>();
        while (!cursor.Take(']'))
        {
            int position = cursor.Position;
            CodePointSet set = TakeItem(cursor, start);
            if (cursor.Peek() == '-' && cursor.Peek(1) is not (']' or '\0'))
            {
                cursor.Take('-');
                CodePointSet last = TakeItem(cursor, start);
                set = set.Single >= 0 && last.Single >= set.Single
                    ? CodePointSet.Range(set.Single, last.Single)
                    : throw cursor.Error("A range's ends are not two characters in order.", "Write the lower character first, and \\- for a hyphen.", position);
            }

            ranges.AddRange(set.Ranges());
        }

        var all = CodePointSet.FromRanges(ranges);
        return isNegated ? all.Complement() : all;
    }

    private static CodePointSet TakeItem(PatternCursor cursor, int start)
    {
        if (cursor.IsAtEnd)
        {
            throw cursor.Error("A class is not closed.", "End it with ].", start);
        }

        int position = cursor.Position;
        return cursor.Peek() == '\\' ? EcmaScriptEscapes.Take(cursor, inBrackets: true) : CodePointSet.Of(EcmaScriptEscapes.Scalar(cursor, cursor.TakeCodePoint(), position));
    }
}
