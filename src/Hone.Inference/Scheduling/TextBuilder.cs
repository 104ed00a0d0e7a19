using System.Collections.Immutable;
using System.Text;
using Hone.Inference.Stopping;
using Hone.Processors.Tokenizers;

namespace Hone.Inference.Scheduling;

/// <summary>Turns the tokens of a text into characters as they come, looking for stop texts.</summary>
internal sealed class TextBuilder
{
    private readonly Tokenizer _tokenizer;
    private readonly ImmutableArray<string> _stopTexts;
    private readonly bool _skipsSpecialTokens;
    private readonly DecodeStream _stream;
    private readonly StopTextMatcher _matcher;
    private readonly List<int> _ids = [];
    private readonly StringBuilder _text = new();

    /// <summary>Starts an empty text.</summary>
    public TextBuilder(Tokenizer tokenizer, ImmutableArray<string> stopTexts, bool skipsSpecialTokens)
    {
        _tokenizer = tokenizer;
        _stopTexts = stopTexts;
        _skipsSpecialTokens = skipsSpecialTokens;
        _stream = tokenizer.CreateDecodeStream(skipsSpecialTokens);
        _matcher = new StopTextMatcher(stopTexts);
    }

    /// <summary>The text that is certain so far.</summary>
    public string Text => _text.ToString();

    /// <summary>The stop text that was met.</summary>
    public string? StopText => _matcher.Found;

    /// <summary>Takes a token.</summary>
    /// <returns>The text that has become certain.</returns>
    public string Append(int token)
    {
        _ids.Add(token);
        return Keep(_matcher.Append(_stream.Append(token)));
    }

    /// <summary>Ends the text.</summary>
    /// <returns>What was held back.</returns>
    public string Finish() => _matcher.Found is not null ? "" : Keep(_matcher.Append(_stream.Finish()) + (_matcher.Found is null ? _matcher.Finish() : ""));

    /// <summary>A second text with the same beginning.</summary>
    public TextBuilder Fork()
    {
        var copy = new TextBuilder(_tokenizer, _stopTexts, _skipsSpecialTokens);
        _ids.ForEach(id => copy.Append(id));
        return copy;
    }

    private string Keep(string certain)
    {
        _text.Append(certain);
        return certain;
    }
}
