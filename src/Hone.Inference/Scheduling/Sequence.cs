using Hone.Core.Random;
using Hone.Inference.Constraints;
using Hone.Inference.KvCache;
using Hone.Inference.Sampling;

namespace Hone.Inference.Scheduling;

/// <summary>A text that grows token by token: what is known of it, and how much of it is in the cache.</summary>
internal sealed class Sequence
{
    private const string StreamName = "sampling"; // part of the reproducibility contract

    private int[] _tokens;

    /// <summary>Creates the text of a prompt.</summary>
    /// <param name="request">The request it belongs to.</param>
    /// <param name="sample">Which continuation, from 0.</param>
    public Sequence(RequestState request, int sample)
        : this(request, sample, [.. request.Request.PromptIds])
    {
    }

    private Sequence(RequestState request, int sample, int[] tokens)
    {
        Request = request;
        Sample = sample;
        _tokens = tokens;
        Count = tokens.Length;
        Random = new RandomStream(request.Request.Seed, StreamName).CreateChild($"sample {sample}");
    }

    /// <summary>The request it belongs to.</summary>
    public RequestState Request { get; }

    /// <summary>Which continuation of the request.</summary>
    public int Sample { get; }

    /// <summary>Prompt and generated tokens.</summary>
    public ReadOnlySpan<int> Tokens => _tokens.AsSpan(0, Count);

    /// <summary>Number of tokens.</summary>
    public int Count { get; private set; }

    /// <summary>Tokens of the prompt.</summary>
    public int PromptLength => Request.Request.PromptIds.Length;

    /// <summary>Tokens generated.</summary>
    public int Generated => Count - PromptLength;

    /// <summary>Tokens whose keys and values are in the cache.</summary>
    public int Computed { get; set; }

    /// <summary>The pages that hold them; <see langword="null"/> while the text waits.</summary>
    public PageTable? Table { get; set; }

    /// <summary>Its place in its constraint.</summary>
    public ConstraintCursor? Cursor { get; set; }

    /// <summary>Its text so far; <see langword="null"/> when the engine has no tokenizer.</summary>
    public TextBuilder? Text { get; set; }

    /// <summary>Log-probabilities of the generated tokens, when asked for.</summary>
    public List<TokenScore> Scores { get; private init; } = [];

    /// <summary>Set when the text has ended.</summary>
    public FinishReason? FinishReason { get; set; }

    /// <summary>Beam search: the sum of the log-probabilities of the generated tokens.</summary>
    public double LogProbability { get; set; }

    /// <summary>Beam search: the best continuations by one token, while other beams are still being computed.</summary>
    public IReadOnlyList<TokenLogProbability>? Continuations { get; set; }

    /// <summary>The text's own random numbers.</summary>
    private RandomStream Random { get; }

    /// <summary>The random number in [0, 1) for the next token: the same however often the text was computed again.</summary>
    public double NextUniform()
    {
        Random.Position = 2 * (ulong)Generated; // a double takes two words
        return Random.NextDouble();
    }

    /// <summary>Adds a token.</summary>
    public void Append(int token)
    {
        if (Count == _tokens.Length)
        {
            Array.Resize(ref _tokens, Math.Max(16, 2 * Count));
        }

        _tokens[Count++] = token;
    }

    /// <summary>A second text with the same beginning, which shares the pages of this one.</summary>
    public Sequence Fork(int sample) => new(Request, sample, Tokens.ToArray())
    {
        Computed = Computed,
        Table = Table?.Fork(),
        Cursor = Cursor?.Fork(),
        Text = Text?.Fork(),
        Scores = [.. Scores],
        LogProbability = LogProbability,
    };

    /// <summary>Gives the cache back; the text can be computed again.</summary>
    public void ReleaseCache()
    {
        Table?.Release();
        Table = null;
        Computed = 0;
    }
}
