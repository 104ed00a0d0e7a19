namespace Hone.Processors.Tokenizers.Models;

/// <summary>Tokens and their ids, both ways; ids may have gaps and a token may share its id with another.</summary>
internal sealed class Vocabulary
{
    private readonly Dictionary<string, int> _ids;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _bySpan;
    private readonly string?[] _tokens;
    private readonly Dictionary<int, string> _beyond = [];

    /// <summary>Takes over the table.</summary>
    /// <param name="ids">Id of each token, compared ordinally.</param>
    public Vocabulary(Dictionary<string, int> ids)
    {
        _ids = ids;
        _bySpan = ids.GetAlternateLookup<ReadOnlySpan<char>>();
        _tokens = new string[ids.Count];  // ids far beyond the count cost no memory
        foreach ((string token, int id) in ids)
        {
            if (id < _tokens.Length)
            {
                _tokens[id] = token;
            }
            else
            {
                _beyond[id] = token;
            }
        }
    }

    /// <summary>Number of tokens.</summary>
    public int Count => _ids.Count;

    /// <summary>All tokens.</summary>
    public IReadOnlyDictionary<string, int> Ids => _ids;

    /// <summary>Id of a token.</summary>
    public bool TryGetId(ReadOnlySpan<char> token, out int id) => _bySpan.TryGetValue(token, out id);

    /// <summary>Id of a token, or null.</summary>
    public int? IdOf(string token) => _ids.TryGetValue(token, out int id) ? id : null;

    /// <summary>Text of a token, or null.</summary>
    public string? TokenOf(int id) => (uint)id < (uint)_tokens.Length ? _tokens[id] : _beyond.GetValueOrDefault(id);
}
