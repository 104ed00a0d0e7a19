using Hone.Processors.Tokenizers.Models;

namespace Hone.Processors.Tokenizers.SentencePiece;

/// <summary>The pieces of a SentencePiece model, by text and by id.</summary>
internal sealed class PieceVocabulary
{
    private readonly IReadOnlyList<VocabularyPiece> _pieces;
    private readonly Dictionary<string, int> _ids;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _bySpan;
    private readonly int[] _bytes = new int[256];

    /// <summary>Takes over the pieces; the id of a piece is its place.</summary>
    /// <param name="pieces">All pieces, one of them of the kind <see cref="PieceKind.Unknown"/> unless <paramref name="unknownId"/> names another.</param>
    /// <param name="unknownId">What unknown text becomes.</param>
    /// <param name="where">File, for messages.</param>
    /// <exception cref="TokenizerFormatException">Nothing stands for unknown text.</exception>
    public PieceVocabulary(IReadOnlyList<VocabularyPiece> pieces, int? unknownId, string where)
    {
        _pieces = pieces;
        _ids = new Dictionary<string, int>(pieces.Count, StringComparer.Ordinal);
        _bySpan = _ids.GetAlternateLookup<ReadOnlySpan<char>>();
        int unknown = unknownId ?? -1;
        for (int id = 0; id < pieces.Count; id++)
        {
            _ids.TryAdd(pieces[id].Text, id);
            unknown = unknown < 0 && pieces[id].Kind == PieceKind.Unknown ? id : unknown;
        }

        UnknownId = (uint)unknown < (uint)pieces.Count
            ? unknown
            : throw new TokenizerFormatException("No piece stands for unknown text.", where, $"{pieces.Count} pieces, unknown id {unknown}", "The file must have a piece of the type UNKNOWN.");
        for (int value = 0; value < _bytes.Length; value++)
        {
            _bytes[value] = _ids.GetValueOrDefault(ByteTokens.NameOf((byte)value), UnknownId);
        }
    }

    /// <summary>Number of pieces.</summary>
    public int Count => _pieces.Count;

    /// <summary>What unknown text becomes.</summary>
    public int UnknownId { get; }

    /// <summary>The piece with that id.</summary>
    public VocabularyPiece this[int id] => _pieces[id];

    /// <summary>Id of a piece, or null.</summary>
    public int? IdOf(string text) => _ids.TryGetValue(text, out int id) ? id : null;

    /// <summary>Id of the piece with that text, or that of unknown text.</summary>
    public int Find(ReadOnlySpan<char> text) => _bySpan.TryGetValue(text, out int id) ? id : UnknownId;

    /// <summary>Id of the piece with that text if it may be found in text: control, byte and unknown pieces may not.</summary>
    public bool TryFindInText(ReadOnlySpan<char> text, out int id) =>
        _bySpan.TryGetValue(text, out id) && _pieces[id].Kind is PieceKind.Normal or PieceKind.UserDefined or PieceKind.Unused;

    /// <summary>The piece of a byte.</summary>
    public int OfByte(byte value) => _bytes[value];

    /// <summary>The user-defined pieces, or null when there are none.</summary>
    public PrefixTable? UserDefined()
    {
        List<(string Text, int Id)> pieces = [.. Enumerable.Range(0, _pieces.Count).Where(id => _pieces[id].Kind == PieceKind.UserDefined).Select(id => (_pieces[id].Text, id))];
        return pieces.Count == 0 ? null : new PrefixTable(pieces);
    }
}
