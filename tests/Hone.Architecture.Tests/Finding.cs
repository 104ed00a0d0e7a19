namespace Hone.Architecture.Tests;

/// <summary>What a rule saw: how many items, what is wrong with them, and what is worth telling although it is allowed.</summary>
internal sealed class Finding
{
    private readonly List<string> _violations = [];
    private readonly List<string> _notes = [];

    /// <summary>Items looked at.</summary>
    public int Visited { get; private set; }

    /// <summary>Why the rule cannot look at anything yet, or empty.</summary>
    public string NotYet { get; private init; } = "";

    /// <summary>Breaches of the rule, each with its place.</summary>
    public IReadOnlyList<string> Violations => _violations;

    /// <summary>Remarks that fail nothing.</summary>
    public IReadOnlyList<string> Notes => _notes;

    /// <summary>A rule whose subject does not exist yet; the test is skipped with the reason.</summary>
    public static Finding Nothing(string reason) => new() { NotYet = reason };

    /// <summary>Counts an item.</summary>
    public void Visit() => Visited++;

    /// <summary>Records a breach.</summary>
    public void Violate(string message) => _violations.Add(message);

    /// <summary>Records a breach unless a condition holds.</summary>
    public void Require(bool condition, string message)
    {
        if (!condition)
        {
            _violations.Add(message);
        }
    }

    /// <summary>Records a remark.</summary>
    public void Note(string message) => _notes.Add(message);
}
