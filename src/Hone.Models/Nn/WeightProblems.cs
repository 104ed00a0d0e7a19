using System.Text;
using Hone.Core.Registry;
using Hone.Tensors;

namespace Hone.Models.Nn;

/// <summary>Collects what does not fit between a model and a checkpoint, and says it in one error.</summary>
internal sealed class WeightProblems
{
    private const int MaxListed = 12; // of each kind; a wrong config makes hundreds that say the same

    private readonly List<string> _missing = [];
    private readonly List<string> _misshaped = [];

    /// <summary>Number of problems so far.</summary>
    public int Count => _missing.Count + _misshaped.Count;

    public void Missing(string name) => _missing.Add(name);

    public void Misshaped(string name, Shape wanted, string found) => _misshaped.Add($"{name}: model {wanted}, checkpoint {found}");

    /// <summary>Fails when anything is wrong.</summary>
    /// <exception cref="WeightMismatchException">Keys are missing, mis-shaped or unexpected.</exception>
    public void Throw(string location, IReadOnlyCollection<string> unexpected)
    {
        if (Count == 0 && unexpected.Count == 0)
        {
            return;
        }

        var facts = new StringBuilder();
        Append(facts, "missing", [.. _missing.Select(name => Nearest(name, unexpected))]);
        Append(facts, "mis-shaped", _misshaped);
        Append(facts, "unexpected", [.. unexpected]);
        throw new WeightMismatchException(
            "The checkpoint's tensors are not those of the model.",
            location,
            facts.ToString(),
            "Use the config.json that belongs to the checkpoint; hone inspect lists its tensors.");
    }

    private static string Nearest(string name, IReadOnlyCollection<string> unexpected) =>
        unexpected.Count is > 0 and <= MaxListed && NearestNames.Similar(name, unexpected) is [var nearest, ..] ? $"{name} (the checkpoint has {nearest})" : name;

    private static void Append(StringBuilder text, string kind, List<string> names)
    {
        if (names.Count == 0)
        {
            return;
        }

        text.Append(text.Length > 0 ? "\n       " : string.Empty).Append(names.Count).Append(' ').Append(kind).Append(": ");
        text.AppendJoin(", ", names.Take(MaxListed));
        if (names.Count > MaxListed)
        {
            text.Append(", … and ").Append(names.Count - MaxListed).Append(" more");
        }
    }
}
