using System.Text;
using Hone.Processors.Tokenizers.Unicode;

namespace Hone.Processors.Tokenizers.Models;

/// <summary>The tokens whose probabilities have the greatest product, found by dynamic programming over the positions of the text.</summary>
/// <remarks>
/// Source: Kudo, "Subword Regularization", arXiv:1804.10959, section 3.2. Of paths with equal scores the one stays that was found first, where
/// positions are visited from left to right and tokens from short to long. Neighbouring unknown characters become one token.
/// </remarks>
internal sealed class UnigramModel : TokenModel
{
    private const double UnknownPenalty = 10;  // below the worst token; SentencePiece's kUnkPenalty

    private readonly IReadOnlyList<UnigramPiece> _pieces;
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _bySpan;
    private readonly PrefixTable _table;
    private readonly int? _unknownId;
    private readonly double _unknownScore;
    private readonly bool _byteFallback;

    /// <summary>Takes over the tokens; a token's id is its place, and of equal tokens the last counts.</summary>
    public UnigramModel(IReadOnlyList<UnigramPiece> pieces, int? unknownId, bool byteFallback)
    {
        _pieces = pieces;
        _unknownId = unknownId;
        _byteFallback = byteFallback;
        _unknownScore = (pieces.Count == 0 ? 0 : pieces.Min(piece => piece.Score)) - UnknownPenalty;
        _bySpan = _ids.GetAlternateLookup<ReadOnlySpan<char>>();
        for (int id = 0; id < pieces.Count; id++)
        {
            _ids[pieces[id].Token] = id;
        }

        _table = new PrefixTable(_ids.Select(entry => (entry.Key, entry.Value)));
    }

    /// <summary>One best path to a position.</summary>
    private struct Node
    {
        public int Id;
        public double Score;
        public int Start;
    }

    /// <inheritdoc/>
    public override int VocabularySize => _pieces.Count;

    /// <inheritdoc/>
    public override int? IdOf(string token) => _ids.TryGetValue(token, out int id) ? id : null;

    /// <inheritdoc/>
    public override string? TokenOf(int id) => (uint)id < (uint)_pieces.Count ? _pieces[id].Token : null;

    /// <inheritdoc/>
    public override void Tokenize(ReadOnlySpan<char> piece, List<ModelToken> output)
    {
        int bytes = 0;
        foreach ((int start, int end) in BestPath(piece))
        {
            ReadOnlySpan<char> text = piece[start..end];
            int size = Encoding.UTF8.GetByteCount(text);
            if (_bySpan.TryGetValue(text, out int id))
            {
                output.Add(new ModelToken(id, _pieces[id].Token, bytes, bytes + size));
            }
            else if (!(_byteFallback && TryAddBytes(text, bytes, bytes + size, output)))
            {
                output.Add(new ModelToken(RequireUnknownId(), text.ToString(), bytes, bytes + size));
            }

            bytes += size;
        }
    }

    private List<(int Start, int End)> BestPath(ReadOnlySpan<char> text)
    {
        var nodes = new Node[text.Length + 1];
        Array.Fill(nodes, new Node { Start = -1 });
        for (int start = 0, next; start < text.Length; start = next)
        {
            next = start + CodePoint.LengthAt(text, start);
            double before = nodes[start].Score;
            bool single = false;
            for (PrefixTable.Walk walk = _table.Start(); walk.Advance(text, start);)
            {
                if (walk.Id >= 0)
                {
                    single |= start + walk.Length == next;
                    Offer(ref nodes[start + walk.Length], walk.Id, before + _pieces[walk.Id].Score, start);
                }
            }

            if (!single)
            {
                Offer(ref nodes[next], RequireUnknownId(), before + _unknownScore, start);
            }
        }

        var path = new List<(int Start, int End)>();
        bool unknownAfter = false;
        for (int end = text.Length; end > 0; end = nodes[end].Start)
        {
            int start = nodes[end].Start;
            bool unknown = nodes[end].Id == _unknownId;
            if (unknown && unknownAfter)
            {
                path[^1] = (start, path[^1].End);
            }
            else
            {
                path.Add((start, end));
            }

            unknownAfter = unknown;
        }

        path.Reverse();
        return path;
    }

    private static void Offer(ref Node node, int id, double score, int start)
    {
        if (node.Start < 0 || score > node.Score)
        {
            node = new Node { Id = id, Score = score, Start = start };
        }
    }

    private bool TryAddBytes(ReadOnlySpan<char> text, int start, int end, List<ModelToken> output)
    {
        int before = output.Count;
        foreach (byte b in Encoding.UTF8.GetBytes(text.ToArray()))
        {
            if (!_ids.TryGetValue(ByteTokens.NameOf(b), out int id))
            {
                output.RemoveRange(before, output.Count - before);
                return false;
            }

            output.Add(new ModelToken(id, ByteTokens.NameOf(b), start, end));
        }

        return true;
    }

    private int RequireUnknownId() => _unknownId ?? throw new TokenizerFormatException(
        "A character is outside the vocabulary, and the model has no token for unknown characters.", "model.unk_id", "null", "Set unk_id.");
}
