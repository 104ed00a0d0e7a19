using Hone.Processors.Tokenizers.Unicode;

namespace Hone.Processors.Tokenizers.SentencePiece;

/// <summary>SentencePiece's Unigram: the pieces with the greatest sum of scores, in its single-precision arithmetic.</summary>
/// <remarks>Source: <c>unigram_model.cc</c> of SentencePiece, <c>EncodeOptimized</c>.</remarks>
internal sealed class UnigramPieceModel : PieceModel
{
    private const float UnknownPenalty = 10;
    private const double UserDefinedBonus = 0.1;

    private readonly PrefixTable _table;
    private readonly float _unknownScore;
    private readonly float _maxScore;

    /// <summary>Takes over the vocabulary.</summary>
    public UnigramPieceModel(PieceVocabulary vocabulary, bool byteFallback)
        : base(vocabulary, byteFallback)
    {
        float minScore = float.MaxValue;
        float maxScore = -float.MaxValue;
        for (int id = 0; id < vocabulary.Count; id++)
        {
            VocabularyPiece piece = vocabulary[id];
            if (piece.Kind == PieceKind.Normal)
            {
                minScore = Math.Min(minScore, piece.Score);
                maxScore = Math.Max(maxScore, piece.Score);
            }
        }

        _table = new PrefixTable(Enumerable.Range(0, vocabulary.Count)
            .Where(id => vocabulary[id].Kind is PieceKind.Normal or PieceKind.UserDefined)
            .Select(id => (vocabulary[id].Text, id)));
        _unknownScore = minScore - UnknownPenalty;
        _maxScore = maxScore;
    }

    private struct Node
    {
        public int Id;
        public float Score;
        public int Start;
    }

    /// <inheritdoc/>
    protected override List<(int Length, int Id)> Cut(ReadOnlySpan<char> text)
    {
        var nodes = new Node[text.Length + 1];
        Array.Fill(nodes, new Node { Start = -1 });
        for (int start = 0, next; start < text.Length; start = next)
        {
            next = start + CodePoint.LengthAt(text, start);
            float before = nodes[start].Score;
            bool single = false;
            int bytes = 0;
            for (PrefixTable.Walk walk = _table.Start(); walk.Advance(text, start);)
            {
                char last = text[start + walk.Length - 1];
                bytes += char.IsLowSurrogate(last) ? 1 : char.IsHighSurrogate(last) ? 3 : CodePoint.Utf8LengthAt(text, start + walk.Length - 1);
                if (walk.Id < 0)
                {
                    continue;
                }

                // User-defined pieces win over everything else.
                double score = Vocabulary[walk.Id].Kind == PieceKind.UserDefined ? (bytes * _maxScore) - UserDefinedBonus : Vocabulary[walk.Id].Score;
                Offer(ref nodes[start + walk.Length], walk.Id, score + before, start);
                single |= start + walk.Length == next;
            }

            if (!single)
            {
                Offer(ref nodes[next], Vocabulary.UnknownId, _unknownScore + before, start);
            }
        }

        var path = new List<(int Length, int Id)>();
        for (int end = text.Length; end > 0; end = nodes[end].Start)
        {
            path.Add((end - nodes[end].Start, nodes[end].Id));
        }

        path.Reverse();
        return path;
    }

    private static void Offer(ref Node node, int id, double score, int start)
    {
        if (node.Start < 0 || score > node.Score)
        {
            node = new Node { Id = id, Score = (float)score, Start = start };
        }
    }
}
