using System.Text;
using Hone.Processors.Tokenizers.Models;
using Hone.Processors.Tokenizers.Normalizers;
using Hone.Processors.Tokenizers.Unicode;

namespace Hone.Processors.Tokenizers;

/// <summary>The tokens beside the model's own vocabulary: their ids, and where they occur in a text.</summary>
/// <remarks>
/// Source: <c>AddedVocabulary</c> of Hugging Face <c>tokenizers</c>. Tokens with <c>normalized: false</c> are cut out of the raw text, the
/// others out of the normalized text; among overlapping matches the leftmost wins, then the longest.
/// </remarks>
internal sealed class AddedVocabulary
{
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly SortedDictionary<int, AddedToken> _tokens = [];
    private readonly Dictionary<int, string> _contents = [];  // normalized where the token is
    private readonly HashSet<string> _special = new(StringComparer.Ordinal);
    private readonly TokenModel _model;
    private readonly PrefixTable _raw;
    private readonly PrefixTable _normalized;

    /// <summary>Gives each token the id that the vocabulary has for it, or the next free one.</summary>
    /// <param name="model">The model below.</param>
    /// <param name="normalizer">Normalizes the text, and the tokens that are found in normalized text.</param>
    /// <param name="tokens">The tokens; of equal texts the last one's flags count.</param>
    /// <param name="control">Further special tokens, which are not found in text.</param>
    public AddedVocabulary(TokenModel model, Normalizer? normalizer, IEnumerable<AddedToken> tokens, IEnumerable<string>? control = null)
    {
        _model = model;
        _special.UnionWith(control ?? []);
        int highest = -1;
        foreach (AddedToken token in tokens.Where(token => token.Content.Length > 0))
        {
            if (token.Special)
            {
                _special.Add(token.Content);
            }

            int id = IdOf(token.Content) ?? Math.Max(highest == int.MaxValue ? throw NoIdLeft(token) : highest + 1, model.VocabularySize);
            _ids[token.Content] = id;
            _tokens[id] = token;
            highest = Math.Max(highest, id);
            if (token.Normalized)
            {
                _contents[id] = Normalize(token.Content, normalizer);
            }
            else
            {
                _contents.TryAdd(id, token.Content);  // what an earlier definition was normalized to stays, as in the reference
            }
        }

        _raw = new PrefixTable(_tokens.Where(entry => !entry.Value.Normalized).Select(entry => (entry.Value.Content, entry.Key)));
        _normalized = new PrefixTable(_tokens.Where(entry => entry.Value.Normalized).Select(entry => (_contents[entry.Key], entry.Key)));
    }

    /// <summary>The tokens by id.</summary>
    public IReadOnlyDictionary<int, AddedToken> Tokens => _tokens;

    /// <summary>Id of an added token or of a token of the model.</summary>
    public int? IdOf(string token) => _ids.TryGetValue(token, out int id) ? id : _model.IdOf(token);

    /// <summary>Text of an added token, normalized if the token is, or of a token of the model.</summary>
    public string? TokenOf(int id) => _contents.TryGetValue(id, out string? content) ? content : _model.TokenOf(id);

    /// <summary>Whether decoding may skip the token.</summary>
    public bool IsSpecial(string token) => _special.Contains(token);

    /// <summary>Cuts the added tokens out of a text and normalizes what lies between them.</summary>
    public PreTokenizedText Extract(string text, Normalizer? normalizer)
    {
        var pieces = new PreTokenizedText(AlignedText.Create(text));
        pieces.Split((piece, output) => Cut(piece, normalized: false, output));
        pieces.Split((piece, output) =>
        {
            normalizer?.Normalize(piece);
            Cut(piece, normalized: true, output);
        });
        return pieces;
    }

    private static TokenizerFormatException NoIdLeft(AddedToken token) =>
        new("There is no id left for an added token.", "added_tokens", $"'{token.Content}' after id {int.MaxValue}", "Give the tokens consecutive ids.");

    private static string Normalize(string content, Normalizer? normalizer)
    {
        AlignedText text = AlignedText.Create(CodePoint.Sanitize(content));
        normalizer?.Normalize(text);
        return text.ToString();
    }

    /// <summary>Finds the next added token of a text, as its flags say.</summary>
    /// <param name="text">The text: raw, or normalized.</param>
    /// <param name="normalized">Whether it is the normalized text.</param>
    /// <param name="done">Where the token before ended.</param>
    /// <param name="search">Where to look from; moved on.</param>
    /// <param name="start">First unit, white space that it swallows included.</param>
    /// <param name="end">One past its last unit.</param>
    /// <param name="id">Its id.</param>
    public bool TryFind(ReadOnlySpan<char> text, bool normalized, int done, ref int search, out int start, out int end, out int id)
    {
        PrefixTable table = normalized ? _normalized : _raw;
        while (table.TryFind(text, search, out start, out int length, out id))
        {
            end = search = start + length;
            AddedToken token = _tokens[id];
            if (token.SingleWord && TouchesWord(text, start, end))
            {
                continue;
            }

            start = token.LeftStrip ? Math.Max(text[..start].TrimEnd().Length, done) : start;
            end = token.RightStrip ? text.Length - text[end..].TrimStart().Length : end;
            if (start < end)
            {
                return true;
            }

            // The token before has swallowed this one: white space that strips white space.
        }

        end = 0;
        return false;
    }

    private void Cut(AlignedText piece, bool normalized, List<PreTokenizedPiece> output)
    {
        ReadOnlySpan<char> text = piece.Text;
        int done = 0, search = 0;
        while (TryFind(text, normalized, done, ref search, out int start, out int end, out int id))
        {
            if (done < start)
            {
                output.Add(new PreTokenizedPiece(piece.Slice(done, start)));
            }

            AlignedText match = piece.Slice(start, end);
            string value = match.ToString();
            output.Add(new PreTokenizedPiece(match) { Tokens = [new ModelToken(id, value, 0, Encoding.UTF8.GetByteCount(value))] });
            done = end;
        }

        if (done < text.Length)
        {
            output.Add(new PreTokenizedPiece(piece.Slice(done, text.Length)));
        }
    }

    private static bool TouchesWord(ReadOnlySpan<char> text, int start, int end) =>
        (start > 0 && CharacterClasses.IsWord(CodePoint.Before(text, start))) || (end < text.Length && CharacterClasses.IsWord(CodePoint.At(text, end)));
}
