using System.Runtime.CompilerServices;
using System.Text;
using Hone.Processors.ChatTemplates.Jinja.Values;

namespace Hone.Processors.ChatTemplates.Jinja;

/// <summary>What one rendering owns: its budget, its clock, its variables and where it is in the template.</summary>
internal sealed class RenderState(TemplateLimits limits, TimeProvider clock, PyDict variables)
{
    /// <summary>Characters that cost as much as one step; copying text is cheap, but not free.</summary>
    private const int CharactersPerStep = 16;

    private long _steps = limits.MaxSteps;
    private int _depth;
    private int _countedUnits;
    private int _countedPoints;

    /// <summary>The output of the template itself, outside any buffer.</summary>
    public StringBuilder Root { get; } = new(1024);

    /// <summary>Blocks of <c>{% generation %}</c>, in code points of the text.</summary>
    public List<TextSpan> Spans { get; } = [];

    /// <summary>Variables that the caller passed.</summary>
    public PyDict Variables { get; } = variables;

    /// <summary>Assignments of the top level, which blocks can see.</summary>
    public Dictionary<string, object?> Exported { get; } = [];

    /// <summary>Gives the time of <c>strftime_now</c>.</summary>
    public TimeProvider Clock { get; } = clock;

    /// <summary>Whether printed values are escaped for HTML; off unless the template turns it on.</summary>
    public bool Autoescape { get; set; }

    /// <summary>The line of the statement being executed.</summary>
    public int Line { get; set; }

    /// <summary>State of the filters that choose at random; a fixed start makes every rendering the same.</summary>
    public ulong RandomState { get; set; } = 0x9E3779B97F4A7C15;

    /// <summary>Takes steps off the budget.</summary>
    public void Charge(long steps)
    {
        if ((_steps -= steps) < 0)
        {
            throw new PythonException(LimitClass, $"the template takes more than {limits.MaxSteps:N0} steps");
        }
    }

    /// <summary>Takes a text that is about to be made off the budget.</summary>
    /// <param name="length">Characters it will have.</param>
    public void ChargeText(long length)
    {
        if (length > limits.MaxOutputChars)
        {
            throw new PythonException(LimitClass, $"a text of {length:N0} characters exceeds the limit of {limits.MaxOutputChars:N0}");
        }

        Charge(1 + (length / CharactersPerStep));
    }

    /// <summary>Takes a list that is about to be made off the budget.</summary>
    public void ChargeItems(long count) => Charge(1 + count);

    /// <summary>Refuses an output that has grown beyond the limit.</summary>
    public void CheckOutput(StringBuilder output)
    {
        if (output.Length > limits.MaxOutputChars)
        {
            throw new PythonException(LimitClass, $"the output is longer than {limits.MaxOutputChars:N0} characters");
        }
    }

    /// <summary>Enters a call or a nested value; every call needs its <see cref="Leave"/>.</summary>
    public void Enter()
    {
        if (++_depth > limits.MaxDepth || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw new PythonException("RecursionError", $"the template nests deeper than {limits.MaxDepth} calls");
        }
    }

    /// <summary>Leaves what <see cref="Enter"/> entered.</summary>
    public void Leave() => _depth--;

    /// <summary>Length of the root output in code points.</summary>
    public int RootCodePoints()
    {
        for (; _countedUnits < Root.Length; _countedUnits++)
        {
            bool isSecondHalf = char.IsLowSurrogate(Root[_countedUnits]) && _countedUnits > 0 && char.IsHighSurrogate(Root[_countedUnits - 1]);
            _countedPoints += isSecondHalf ? 0 : 1;
        }

        return _countedPoints;
    }

    /// <summary>A number below <paramref name="bound"/> from the rendering's own stream.</summary>
    public int NextRandom(int bound)
    {
        // xorshift64*, Vigna, "An experimental exploration of Marsaglia's xorshift generators", 2016.
        ulong x = RandomState;
        x ^= x >> 12;
        x ^= x << 25;
        x ^= x >> 27;
        RandomState = x;
        return (int)((x * 0x2545F4914F6CDD1D >> 33) % (ulong)bound);
    }

    /// <summary>Class name of a budget that ran out.</summary>
    internal const string LimitClass = "LimitExceeded";
}
