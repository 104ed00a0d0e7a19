using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Hone.Training;

/// <summary>Named figures beside the loss, such as <c>accuracy</c>; like the loss, those of a step are the sums of its micro-batches' shares.</summary>
[SuppressMessage("Naming", "CA1710:Identifiers should have correct suffix", Justification = "A report's figures are read by name; that they are a collection is not what they are for.")]
public sealed class StepFigures : IReadOnlyCollection<KeyValuePair<string, double>>, IEquatable<StepFigures>
{
    private readonly List<KeyValuePair<string, double>> _figures = [];

    /// <inheritdoc/>
    public int Count => _figures.Count;

    /// <summary>Adds a share to a figure, which begins at 0.</summary>
    /// <param name="name">Its name, in snake_case.</param>
    /// <param name="share">What is added.</param>
    public void Add(string name, double share)
    {
        int index = _figures.FindIndex(figure => figure.Key == name);
        if (index < 0)
        {
            _figures.Add(KeyValuePair.Create(name, share));
        }
        else
        {
            _figures[index] = KeyValuePair.Create(name, _figures[index].Value + share);
        }
    }

    /// <summary>Adds all shares of others.</summary>
    /// <param name="shares">The others; <see langword="null"/> for none.</param>
    public void Add(StepFigures? shares)
    {
        foreach ((string name, double share) in shares?._figures ?? [])
        {
            Add(name, share);
        }
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, double>> GetEnumerator() => _figures.GetEnumerator();

    /// <summary>Whether others have the same names and values in the same order.</summary>
    public bool Equals(StepFigures? other) => other is not null && _figures.SequenceEqual(other._figures);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as StepFigures);

    /// <inheritdoc/>
    public override int GetHashCode() => _figures.Count; // figures are still added to

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
