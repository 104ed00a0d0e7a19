using System.Collections.Immutable;
using Hone.Processors.Tokenizers.Decoders;
using Hone.Processors.Tokenizers.Fast;
using Hone.Processors.Tokenizers.PostProcessors;
using Hone.Tensors.Threading;

namespace Hone.Processors.Tokenizers;

/// <summary>Turns text into the tokens of a model and back. Immutable; all members may be called from several threads at once.</summary>
/// <remarks>
/// Text goes through these steps: added tokens are cut out, the rest is normalized, split into pieces and given to the model; the
/// post-processor puts special tokens around the result. Lone surrogates in a text count as U+FFFD. Create one with <see cref="TokenizerLoader"/>.
/// Source: the pipeline of Hugging Face <c>tokenizers</c> 0.23, with identical ids, offsets and texts.
/// </remarks>
public sealed class Tokenizer
{
    // Building the tables of the fast way takes as long as encoding this many characters without them.
    private const int CharactersWithoutTables = 4096;

    private readonly TokenizerPipeline _pipeline;
    private readonly AddedVocabulary _added;
    private readonly Lazy<IdEncoder?> _ids;
    private long _characters; // encoded to ids so far

    internal Tokenizer(TokenizerPipeline pipeline)
    {
        _pipeline = pipeline;
        _added = new AddedVocabulary(pipeline.Model, pipeline.Normalizer, pipeline.AddedTokens, pipeline.ControlTokens);
        _ids = new Lazy<IdEncoder?>(() => IdEncoder.TryCreate(this));
        AddedTokens = _added.Tokens.ToImmutableSortedDictionary();
        VocabularySize = pipeline.Model.VocabularySize + AddedTokens.Values.Count(token => pipeline.Model.IdOf(token.Content) is null);
    }

    /// <summary>Number of tokens, added ones included.</summary>
    /// <remarks>Ids may have gaps: size tables by the model's configuration, not by this.</remarks>
    public int VocabularySize { get; }

    /// <summary>The tokens that are cut out of the text before the model sees it, by id.</summary>
    public ImmutableSortedDictionary<int, AddedToken> AddedTokens { get; }

    /// <summary>Truncation that the tokenizer's file asks for; applied only when given to <see cref="Encode(string, string?, EncodeOptions)"/>.</summary>
    public TruncationOptions? FileTruncation => _pipeline.Truncation;

    /// <summary>Padding that the tokenizer's file asks for; applied only when given to <see cref="Encode(string, string?, EncodeOptions)"/>.</summary>
    public PaddingOptions? FilePadding => _pipeline.Padding;

    /// <summary>The tokens with a role, as the tokenizer's files name them.</summary>
    public SpecialTokens Special => _pipeline.Special;

    /// <summary>Tokens that the model was made for, or <see langword="null"/>; longer texts are not cut unless asked for.</summary>
    public int? ModelMaxLength => _pipeline.MaxLength;

    /// <summary>Where the model wants its padding, or <see langword="null"/> when its files do not say.</summary>
    public PaddingSide? PaddingSide => _pipeline.PaddingSide;

    /// <summary>Which end of long texts is cut, or <see langword="null"/> when the model's files do not say.</summary>
    public TruncationSide? TruncationSide => _pipeline.TruncationSide;

    internal TokenizerPipeline Pipeline => _pipeline;

    internal AddedVocabulary Added => _added;

    /// <summary>Encodes a text with everything that is known about each token.</summary>
    /// <param name="text">The text.</param>
    /// <param name="addSpecialTokens">Whether the post-processor adds its special tokens.</param>
    public TokenEncoding Encode(string text, bool addSpecialTokens = true) => Encode(text, pair: null, new EncodeOptions { AddSpecialTokens = addSpecialTokens });

    /// <summary>Encodes a text, or a pair of texts as one sequence.</summary>
    /// <param name="text">The first text.</param>
    /// <param name="pair">The second text, or <see langword="null"/>.</param>
    /// <param name="options">Special tokens, truncation, padding.</param>
    /// <exception cref="ArgumentException">The options contradict each other, or the text to be cut is too short for the length asked for.</exception>
    public TokenEncoding Encode(string text, string? pair, EncodeOptions options)
    {
        ArgumentNullException.ThrowIfNull(text);
        EncodeChecks.Check(options, AddedByPostProcessor(isPair: false));
        EncodedSequence encoding = EncodeSequence(text, pair, options);
        Pad([encoding], options.Padding);
        return encoding.ToEncoding();
    }

    /// <summary>Encodes several texts; padding without a length fills up to the longest of them.</summary>
    /// <param name="texts">Texts, or pairs of texts.</param>
    /// <param name="options">Special tokens, truncation, padding.</param>
    /// <exception cref="ArgumentException">The options contradict each other, or a text to be cut is too short for the length asked for.</exception>
    public ImmutableArray<TokenEncoding> EncodeBatch(IEnumerable<(string Text, string? Pair)> texts, EncodeOptions options)
    {
        ArgumentNullException.ThrowIfNull(texts);
        EncodeChecks.Check(options, AddedByPostProcessor(isPair: false));
        List<EncodedSequence> encodings = [.. texts.Select(each => EncodeSequence(each.Text, each.Pair, options))];
        Pad(encodings, options.Padding);
        return [.. encodings.Select(encoding => encoding.ToEncoding())];
    }

    /// <summary>Encodes a text to ids only: the fast way, once the texts are long enough to be worth its tables.</summary>
    /// <param name="text">The text.</param>
    /// <param name="addSpecialTokens">Whether the post-processor adds its special tokens.</param>
    public int[] EncodeIds(string text, bool addSpecialTokens = true)
    {
        ArgumentNullException.ThrowIfNull(text);
        return !_ids.IsValueCreated && Interlocked.Add(ref _characters, text.Length) <= CharactersWithoutTables
            ? EncodeIdsGenerally(text, addSpecialTokens)
            : EncodeIdsByTables(text, addSpecialTokens);
    }

    /// <summary>Encodes several texts to ids on all compute threads; the results are in the order of the texts.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="addSpecialTokens">Whether the post-processor adds its special tokens.</param>
    /// <param name="cancellation">Ends the work between two texts.</param>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public int[][] EncodeIdsBatch(IReadOnlyList<string> texts, bool addSpecialTokens = true, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return BatchEncoding.Run(texts, text => EncodeIdsByTables(text, addSpecialTokens), ComputeThreads.Count, cancellation);
    }

    /// <summary>What <see cref="EncodeIds"/> gives, by way of the tables where there are any.</summary>
    internal int[] EncodeIdsByTables(string text, bool addSpecialTokens) => _ids.Value?.Encode(text, addSpecialTokens) ?? EncodeIdsGenerally(text, addSpecialTokens);

    /// <summary>What <see cref="EncodeIds"/> gives, by way of the whole pipeline.</summary>
    internal int[] EncodeIdsGenerally(string text, bool addSpecialTokens) =>
        [.. EncodeSequence(text, null, new EncodeOptions { AddSpecialTokens = addSpecialTokens }).Ids];

    /// <summary>What the post-processor puts before and after the ids of a single text.</summary>
    /// <returns><see langword="null"/> when it does not simply surround them.</returns>
    internal (int[] Before, int[] After)? SurroundingIds()
    {
        const int Stand = -1; // no token has this id
        var text = new EncodedSequence();
        text.Add(Stand, "", default, 0, 0);
        List<int> ids = PostProcess([text], addSpecialTokens: true).Ids;
        int at = ids.IndexOf(Stand);
        return at >= 0 && ids.LastIndexOf(Stand) == at ? ([.. ids[..at]], [.. ids[(at + 1)..]]) : null;
    }

    /// <summary>Turns ids into text; ids that are no token are left out.</summary>
    /// <param name="ids">Token ids.</param>
    /// <param name="skipSpecialTokens">Whether control tokens are left out.</param>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens = true)
    {
        string text = DecodeTokens(ids, skipSpecialTokens);
        text = _pipeline.WordEnd is null ? text : text.Trim();  // the last word's end is no space
        return _pipeline.CleanUpSpaces ? SpaceCleanup.Apply(text) : text;
    }

    /// <summary>Starts turning tokens into text as they arrive.</summary>
    /// <param name="skipSpecialTokens">Whether control tokens are left out.</param>
    public DecodeStream CreateDecodeStream(bool skipSpecialTokens = true) => new(this, skipSpecialTokens);

    /// <summary>Id of a token by its text, or <see langword="null"/> when there is no such token.</summary>
    public int? IdOf(string token) => _added.IdOf(token);

    /// <summary>Text of a token as the vocabulary spells it, or <see langword="null"/> when there is no such id.</summary>
    public string? TokenOf(int id) => _added.TokenOf(id);

    /// <summary>Whether the id is that of a control token.</summary>
    public bool IsSpecial(int id) => _added.TokenOf(id) is string token && _added.IsSpecial(token);

    internal string DecodeTokens(ReadOnlySpan<int> ids, bool skipSpecialTokens)
    {
        var tokens = new List<string>(ids.Length);
        foreach (int id in ids)
        {
            if (_added.TokenOf(id) is string token && !(skipSpecialTokens && _added.IsSpecial(token)))
            {
                tokens.Add(token);
            }
        }

        string text = _pipeline.Decoder is null ? string.Join(' ', tokens) : string.Concat(_pipeline.Decoder.Decode(tokens));
        return _pipeline.WordEnd is null ? text : text.Replace(_pipeline.WordEnd, " ", StringComparison.Ordinal);
    }

    /// <summary>Encodes one text without truncation and post-processing.</summary>
    internal EncodedSequence EncodeText(string text, int typeId) => EncodePieces(_added.Extract(Unicode.CodePoint.Sanitize(text), _pipeline.Normalizer), typeId);

    /// <summary>Encodes one text in which the texts of added tokens are ordinary text.</summary>
    internal EncodedSequence EncodeOrdinaryText(string text)
    {
        var pieces = new PreTokenizedText(AlignedText.Create(Unicode.CodePoint.Sanitize(text)));
        pieces.ForEach(piece => _pipeline.Normalizer?.Normalize(piece));
        return EncodePieces(pieces, typeId: 0);
    }

    private EncodedSequence EncodePieces(PreTokenizedText pieces, int typeId)
    {
        _pipeline.PreTokenizer?.PreTokenize(pieces);
        foreach (PreTokenizedPiece piece in pieces.Pieces)
        {
            if (piece.Tokens is null)
            {
                piece.Tokens = [];
                _pipeline.Model.Tokenize(piece.Text.Text, piece.Tokens);
            }
        }

        return pieces.ToEncoding(typeId);
    }

    private EncodedSequence EncodeSequence(string text, string? pair, EncodeOptions options)
    {
        var encodings = new List<EncodedSequence> { EncodeText(text, 0) };
        if (pair is not null)
        {
            encodings.Add(EncodeText(pair, 1));
        }

        if (options.Truncation is not null)
        {
            Truncation.Apply(encodings, options.Truncation, options.AddSpecialTokens ? AddedByPostProcessor(pair is not null) : 0);
        }

        return PostProcess(encodings, options.AddSpecialTokens);
    }

    private int AddedByPostProcessor(bool isPair) => _pipeline.PostProcessor?.AddedTokens(isPair) ?? 0;

    private EncodedSequence PostProcess(List<EncodedSequence> encodings, bool addSpecialTokens)
    {
        PostProcessor? processor = _pipeline.PostProcessor;
        if (processor is null && encodings.Count == 1)
        {
            return encodings[0];
        }

        for (int i = 0; i < encodings.Count; i++)
        {
            encodings[i].SetSequence(i);
            if (processor is not null)
            {
                encodings[i].Overflowing.ForEach(window => window.SetSequence(i));
                encodings[i].SetTypeIds(i);
            }
        }

        var joined = new EncodedSequence();
        foreach (EncodedSequence encoding in processor?.Process(encodings, addSpecialTokens) ?? encodings)
        {
            joined.Append(encoding);
        }

        return joined;
    }

    private static void Pad(List<EncodedSequence> encodings, PaddingOptions? padding)
    {
        if (padding is null || encodings.Count == 0)
        {
            return;
        }

        int length = padding.Length ?? encodings.Max(encoding => encoding.Length);
        if (padding.MultipleOf is int multiple and > 0 && length % multiple > 0)
        {
            length += multiple - (length % multiple);
        }

        encodings.ForEach(encoding => encoding.Pad(length, padding));
    }
}
