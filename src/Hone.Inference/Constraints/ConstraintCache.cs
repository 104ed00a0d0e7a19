using Hone.Core.Errors;
using Hone.Inference.Scheduling;
using Hone.Processors.Tokenizers;

namespace Hone.Inference.Constraints;

/// <summary>The constraints of an engine's requests, bound to its vocabulary once for all requests that ask for the same one.</summary>
internal sealed class ConstraintCache(Tokenizer tokenizer, int vocabularySize)
{
    private const int MaxConstraints = 32; // the least recently used one goes first

    private readonly LinkedList<((string Kind, string Source) Key, TokenConstraint Bound)> _recent = [];
    private IReadOnlyList<byte[]>? _tokens;
    private TokenTrie? _trie;

    /// <summary>Begins a text under a request's constraint.</summary>
    /// <param name="request">A request with a constraint.</param>
    /// <param name="maxTokens">Tokens that the text may have.</param>
    /// <exception cref="HoneException">No accepted text can be written with so many tokens of this vocabulary.</exception>
    public ConstraintCursor Start(GenerationRequest request, int maxTokens)
    {
        Constraint constraint = request.Constraint ?? throw new ArgumentException("The request has no constraint.", nameof(request));
        TokenConstraint bound = Bind(constraint);
        if (!bound.CanEndWithin(bound.Start, maxTokens))
        {
            int? needed = bound.Completion(bound.Start)?.Count;
            throw new HoneException(
                "A constraint cannot be met.",
                RequestChecks.Where(request),
                needed is null ? "the model's vocabulary cannot write a text that it accepts" : $"the shortest text found takes {needed} tokens, {maxTokens} are allowed",
                needed is null ? "use another constraint" : "raise max_tokens");
        }

        return new ConstraintCursor(bound);
    }

    private TokenConstraint Bind(Constraint constraint)
    {
        (string, string) key = (constraint.Kind, constraint.Source);
        for (LinkedListNode<((string Kind, string Source) Key, TokenConstraint Bound)>? node = _recent.First; node is not null; node = node.Next)
        {
            if (node.Value.Key == key)
            {
                _recent.Remove(node);
                _recent.AddFirst(node);
                return node.Value.Bound;
            }
        }

        _tokens ??= TokenBytes.Of(tokenizer, vocabularySize);
        _trie ??= new TokenTrie(_tokens);
        var bound = new TokenConstraint(constraint.Grammar, _tokens, _trie);
        _recent.AddFirst((key, bound));
        if (_recent.Count > MaxConstraints)
        {
            _recent.RemoveLast();
        }

        return bound;
    }
}
