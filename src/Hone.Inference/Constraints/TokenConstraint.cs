using Hone.Inference.Sampling;

namespace Hone.Inference.Constraints;

/// <summary>A grammar over the tokens of one vocabulary: which tokens may come next, and how to end in time. Shared by all sequences that follow it.</summary>
/// <remarks>Used by one thread at a time.</remarks>
internal sealed class TokenConstraint
{
    private const int MaxCompletionBytes = 1 << 16; // longer ones are not worth forcing: a request has fewer tokens
    private const int MaxCachedMasks = 4096;

    private readonly GrammarAutomaton _automaton;
    private readonly TokenTrie _trie;
    private readonly IReadOnlyList<byte[]> _tokens;
    private readonly GrammarCosts _writable; // over bytes that are tokens of their own: such a text can always be written
    private readonly GrammarCosts _all;
    private readonly Dictionary<GrammarState, TokenMask> _masks = [];
    private readonly Dictionary<GrammarState, IReadOnlyList<int>?> _completions = [];

    /// <summary>Binds a grammar to a vocabulary.</summary>
    /// <param name="grammar">The accepted texts.</param>
    /// <param name="tokens">Bytes by token id; empty for tokens that stand for no text.</param>
    /// <param name="trie">The same tokens as a tree.</param>
    public TokenConstraint(Grammar grammar, IReadOnlyList<byte[]> tokens, TokenTrie trie)
    {
        _automaton = new GrammarAutomaton(grammar);
        _tokens = tokens;
        _trie = trie;
        _writable = new GrammarCosts(grammar, trie.IsSingleByte);
        _all = new GrammarCosts(grammar, Enumerable.Repeat(true, 256).ToArray());
    }

    /// <summary>The state of the empty text.</summary>
    public GrammarState Start => _automaton.Start;

    /// <summary>The tokens that may come next, end tokens not among them.</summary>
    public TokenMask MaskOf(GrammarState state)
    {
        if (!_masks.TryGetValue(state, out TokenMask? mask))
        {
            if (_masks.Count >= MaxCachedMasks)
            {
                _masks.Clear();
            }

            var built = new TokenMask(_trie.VocabularySize);
            _trie.Walk(_automaton, state, tokens =>
            {
                foreach (int token in tokens)
                {
                    built.Add(token);
                }
            });
            _masks.Add(state, mask = built);
        }

        return mask;
    }

    /// <summary>The state behind a token; <see langword="null"/> when it is not allowed.</summary>
    public GrammarState? Advance(GrammarState state, int token) =>
        (uint)token < (uint)_tokens.Count && _tokens[token].Length > 0 ? _automaton.Advance(state, _tokens[token]) : null;

    /// <summary>Whether the text can be brought to an accepted end with so many more tokens.</summary>
    public bool CanEndWithin(GrammarState state, int tokens) =>
        state.IsAccepting || Cheapest(state, _writable) is { } cheapest && cheapest.Cost <= tokens || Completion(state)?.Count <= tokens;

    /// <summary>The tokens of a short way to an accepted end.</summary>
    /// <returns><see langword="null"/> when the vocabulary cannot write one.</returns>
    public IReadOnlyList<int>? Completion(GrammarState state)
    {
        if (state.IsAccepting)
        {
            return [];
        }

        if (!_completions.TryGetValue(state, out IReadOnlyList<int>? completion))
        {
            completion = WriteShortest(state);
            if (_completions.Count >= MaxCachedMasks)
            {
                _completions.Clear();
            }

            _completions.Add(state, completion);
        }

        return completion;
    }

    private List<int>? WriteShortest(GrammarState state)
    {
        if (Cheapest(state, _writable) is { Cost: <= MaxCompletionBytes } simple)
        {
            return _trie.Write(_writable.Complete(simple.Node, simple.Stack, _automaton.Stacks).ToArray());
        }

        // Bytes that only occur inside longer tokens: try the shortest text from each place.
        List<int>? best = null;
        foreach ((int node, int stack) in state.Places)
        {
            if (_all.CostOf(node, stack, _automaton.Stacks) <= MaxCompletionBytes
                && _trie.Write(_all.Complete(node, stack, _automaton.Stacks).ToArray()) is { } tokens
                && (best is null || tokens.Count < best.Count))
            {
                best = tokens;
            }
        }

        return best;
    }

    private (int Node, int Stack, long Cost)? Cheapest(GrammarState state, GrammarCosts costs)
    {
        (int Node, int Stack, long Cost)? best = null;
        foreach ((int node, int stack) in state.Places)
        {
            if (costs.CostOf(node, stack, _automaton.Stacks) is { } cost && (best is null || cost < best.Value.Cost))
            {
                best = (node, stack, cost);
            }
        }

        return best;
    }
}
