using Hone.Inference.Sampling;

namespace Hone.Inference.Constraints;

/// <summary>Follows one text through a constraint and sees to it that the text ends in an accepted one before its tokens run out.</summary>
internal sealed class ConstraintCursor
{
    private readonly TokenConstraint _constraint;
    private GrammarState _state;
    private IReadOnlyList<int> _plan = [];
    private int _planned;

    /// <summary>Starts at the empty text.</summary>
    public ConstraintCursor(TokenConstraint constraint)
    {
        _constraint = constraint;
        _state = constraint.Start;
    }

    /// <summary>Whether the text may end here.</summary>
    public bool IsAccepting => _state.IsAccepting;

    /// <summary>Whether the text has to end here: it is accepted and nothing can follow.</summary>
    public bool IsComplete => _state.IsAccepting && _state.Places.Length == 0;

    /// <summary>The tokens that may come next, end tokens not among them.</summary>
    public TokenMask Mask => _constraint.MaskOf(_state);

    /// <summary>A second cursor at the same place.</summary>
    public ConstraintCursor Fork() => new(_constraint) { _state = _state, _plan = _plan, _planned = _planned };

    /// <summary>Takes the next token.</summary>
    /// <param name="drawn">The token drawn; any number while <see cref="IsClosing"/>.</param>
    /// <param name="left">How many tokens may follow this one.</param>
    /// <returns>The token to use: the drawn one, or another when only that still leads to an accepted end in time.</returns>
    public int Accept(int drawn, int left)
    {
        if (!IsClosing)
        {
            if (_constraint.Advance(_state, drawn) is { } next && _constraint.CanEndWithin(next, left))
            {
                _state = next;
                return drawn;
            }

            _plan = _constraint.Completion(_state) ?? throw new InvalidOperationException("A text was let into a place that it cannot leave.");
            _planned = 0;
        }

        int token = _plan[_planned++];
        _state = _constraint.Advance(_state, token) ?? throw new InvalidOperationException("A planned token was not allowed.");
        return token;
    }

    /// <summary>Whether what follows is fixed because the tokens are running out.</summary>
    public bool IsClosing => _planned < _plan.Count;
}
