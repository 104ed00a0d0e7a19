namespace Hone.Inference.Constraints;

/// <summary>Stacks of calls as numbers: equal stacks have equal numbers.</summary>
internal sealed class CallStacks
{
    /// <summary>The stack without calls.</summary>
    public const int Empty = 0;

    private readonly List<(int Return, int Caller)> _stacks = [(-1, -1)];
    private readonly Dictionary<(int Return, int Caller), int> _numbers = [];

    /// <summary>Where the innermost call goes on, and the stack below it.</summary>
    /// <param name="stack">Not <see cref="Empty"/>.</param>
    public (int Return, int Caller) this[int stack] => _stacks[stack];

    /// <summary>The stack with one more call.</summary>
    /// <param name="returnNode">Where to go on when the called rule has ended.</param>
    /// <param name="caller">The stack below.</param>
    public int Push(int returnNode, int caller)
    {
        if (!_numbers.TryGetValue((returnNode, caller), out int number))
        {
            number = _stacks.Count;
            _stacks.Add((returnNode, caller));
            _numbers.Add((returnNode, caller), number);
        }

        return number;
    }
}
