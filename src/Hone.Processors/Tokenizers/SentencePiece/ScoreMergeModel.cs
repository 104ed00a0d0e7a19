using Hone.Processors.Tokenizers.Unicode;

namespace Hone.Processors.Tokenizers.SentencePiece;

/// <summary>SentencePiece's BPE: of all neighbours whose concatenation is a piece, those with the highest score merge first, the leftmost of equals.</summary>
/// <remarks>Source: <c>bpe_model.cc</c> of SentencePiece. GGUF's <c>llama</c> vocabularies work the same way.</remarks>
internal sealed class ScoreMergeModel(PieceVocabulary vocabulary, bool byteFallback) : PieceModel(vocabulary, byteFallback)
{
    private readonly PrefixTable? _userDefined = vocabulary.UserDefined();

    private struct Symbol
    {
        public int Start;
        public int Length;   // 0: merged into the one before
        public int Previous;
        public int Next;
        public bool Frozen;  // a user-defined piece
    }

    /// <inheritdoc/>
    protected override List<(int Length, int Id)> Cut(ReadOnlySpan<char> text)
    {
        Symbol[] symbols = Split(text);
        var parts = new Dictionary<(int Start, int Length), int>();  // unused pieces, and how long their left part is
        var queue = new PriorityQueue<(int Left, int Right, int Length), (float Score, int Left)>(Comparer<(float Score, int Left)>.Create(
            static (a, b) => a.Score != b.Score ? b.Score.CompareTo(a.Score) : a.Left.CompareTo(b.Left)));
        for (int i = 0; i + 1 < symbols.Length; i++)
        {
            Offer(text, symbols, i, i + 1, queue, parts);
        }

        while (queue.TryDequeue(out (int Left, int Right, int Length) top, out _))
        {
            ref Symbol left = ref symbols[top.Left];
            ref Symbol right = ref symbols[top.Right];
            if (left.Length == 0 || right.Length == 0 || left.Length + right.Length != top.Length)
            {
                continue;  // merged otherwise since
            }

            left.Length += right.Length;
            left.Next = right.Next;
            right.Length = 0;
            if (left.Next >= 0)
            {
                symbols[left.Next].Previous = top.Left;
            }

            Offer(text, symbols, left.Previous, top.Left, queue, parts);
            Offer(text, symbols, top.Left, left.Next, queue, parts);
        }

        var output = new List<(int Length, int Id)>();
        foreach (Symbol symbol in symbols)
        {
            if (symbol.Length > 0)
            {
                Resegment(text, symbol.Start, symbol.Length, parts, output);
            }
        }

        return output;
    }

    private Symbol[] Split(ReadOnlySpan<char> text)
    {
        var symbols = new List<Symbol>(text.Length);
        for (int at = 0, length; at < text.Length; at += length)
        {
            bool frozen = false;
            if (_userDefined is null || !(frozen = _userDefined.Longest(text[at..], out length, out _)))
            {
                length = CodePoint.LengthAt(text, at);
            }

            int next = at + length < text.Length ? symbols.Count + 1 : -1;
            symbols.Add(new Symbol { Start = at, Length = length, Previous = symbols.Count - 1, Next = next, Frozen = frozen });
        }

        return [.. symbols];
    }

    private void Offer(
        ReadOnlySpan<char> text, Symbol[] symbols, int left, int right, PriorityQueue<(int Left, int Right, int Length), (float Score, int Left)> queue,
        Dictionary<(int Start, int Length), int> parts)
    {
        if (left < 0 || right < 0 || symbols[left].Frozen || symbols[right].Frozen)
        {
            return;
        }

        int length = symbols[left].Length + symbols[right].Length;
        if (!Vocabulary.TryFindInText(text.Slice(symbols[left].Start, length), out int id))
        {
            return;
        }

        queue.Enqueue((left, right, length), (Vocabulary[id].Score, left));
        if (Vocabulary[id].Kind == PieceKind.Unused)
        {
            parts[(symbols[left].Start, length)] = symbols[left].Length;
        }
    }

    /// <summary>Takes unused pieces apart again.</summary>
    private void Resegment(ReadOnlySpan<char> text, int start, int length, Dictionary<(int Start, int Length), int> parts, List<(int Length, int Id)> output)
    {
        // Depth-first with a stack of its own: pieces of a hostile vocabulary may nest deeper than the thread's stack.
        var open = new Stack<(int Start, int Length)>([(start, length)]);
        while (open.TryPop(out (int Start, int Length) part))
        {
            int id = Vocabulary.Find(text.Slice(part.Start, part.Length));
            if (Vocabulary[id].Kind == PieceKind.Unused && parts.TryGetValue(part, out int left))
            {
                open.Push((part.Start + left, part.Length - left));
                open.Push((part.Start, left));
            }
            else
            {
                output.Add((part.Length, id));
            }
        }
    }
}
