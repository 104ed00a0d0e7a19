using System.Runtime.InteropServices;

namespace Hone.Processors.Tokenizers;

/// <summary>Turns tokens into text as they arrive: each call gives the text that has become certain.</summary>
/// <remarks>
/// Text is held back while it ends in U+FFFD, which is what half a character looks like. Only a short window of tokens is decoded again at
/// each step. Source: <c>DecodeStream</c> of Hugging Face <c>tokenizers</c>. It has no <see cref="Finish"/>: what is held back at the end is lost there.
/// </remarks>
public sealed class DecodeStream
{
    private readonly Tokenizer _tokenizer;
    private readonly bool _skipSpecialTokens;
    private readonly List<int> _ids = [];
    private string _prefix = "";
    private int _prefixCount;

    internal DecodeStream(Tokenizer tokenizer, bool skipSpecialTokens)
    {
        _tokenizer = tokenizer;
        _skipSpecialTokens = skipSpecialTokens;
    }

    /// <summary>Takes the next token.</summary>
    /// <param name="id">Its id.</param>
    /// <returns>The text that it completes; empty when there is none yet.</returns>
    public string Append(int id)
    {
        if (_prefix.Length == 0 && _ids.Count > 0)
        {
            string start = DecodeWindow();
            if (!start.EndsWith('\uFFFD'))
            {
                (_prefix, _prefixCount) = (start, _ids.Count);
            }
        }

        _ids.Add(id);
        string text = DecodeWindow();
        if (text.Length <= _prefix.Length || text.EndsWith('\uFFFD'))
        {
            return "";
        }

        string added = Beyond(text);
        int count = _ids.Count;
        _ids.RemoveRange(0, _prefixCount);
        _prefix = DecodeWindow();
        _prefixCount = count - _prefixCount;
        return added;
    }

    /// <summary>Gives what is still held back, with U+FFFD for half characters, and starts anew.</summary>
    public string Finish()
    {
        string text = DecodeWindow();
        string rest = text.Length > _prefix.Length ? Beyond(text) : "";
        _ids.Clear();
        (_prefix, _prefixCount) = ("", 0);
        return rest;
    }

    private string DecodeWindow() => _tokenizer.DecodeTokens(CollectionsMarshal.AsSpan(_ids), _skipSpecialTokens);

    // A decoder may change text that it has given before; what was given stays, and the rest follows from where they differ.
    private string Beyond(string text) => text[text.AsSpan().CommonPrefixLength(_prefix)..];
}
