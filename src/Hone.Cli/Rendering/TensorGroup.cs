using System.Globalization;
using System.Text.RegularExpressions;
using Hone.Models.Checkpoints;

namespace Hone.Cli.Rendering;

/// <summary>Tensors that differ only in the number of their layer or expert.</summary>
/// <param name="Name">Their name, numbers replaced by ranges.</param>
/// <param name="Example">One of them, whose shape and type all have.</param>
/// <param name="Count">How many there are.</param>
/// <param name="SizeBytes">Their bytes in the file together.</param>
internal sealed partial record TensorGroup(string Name, TensorEntry Example, int Count, long SizeBytes)
{
    /// <summary>Groups tensors, in the order of the first of each.</summary>
    public static IReadOnlyList<TensorGroup> Of(IEnumerable<TensorEntry> entries) =>
    [
        .. entries.GroupBy(entry => (Number().Replace(entry.Name, "{}"), entry.Shape, entry.StoredType)).Select(group => new TensorGroup(
            Ranges([.. group.Select(entry => entry.Name)]), group.First(), group.Count(), group.Sum(entry => entry.SizeBytes))),
    ];

    private static string Ranges(string[] names)
    {
        if (names.Length == 1)
        {
            return names[0];
        }

        int position = 0;
        return Number().Replace(names[0], _ =>
        {
            int at = position++;
            SortedSet<long> numbers = [.. names.Select(name => long.Parse(Number().Matches(name)[at].ValueSpan, CultureInfo.InvariantCulture))];
            bool isRange = numbers.Max - numbers.Min + 1 == numbers.Count;
            return numbers.Count == 1 ? $"{numbers.Min}" : isRange ? $"{{{numbers.Min}–{numbers.Max}}}" : $"{{{numbers.Count} of {numbers.Min}–{numbers.Max}}}";
        });
    }

    [GeneratedRegex(@"(?<=\.)\d{1,9}(?=\.)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Number();
}
