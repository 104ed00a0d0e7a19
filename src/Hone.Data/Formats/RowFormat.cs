using System.Text.Json;
using Hone.Core.Recipes;
using Hone.Data.Datasets;

namespace Hone.Data.Formats;

/// <summary>What the columns of a file mean: which one is the question, which the answer.</summary>
/// <remarks>A new format is one file: a sealed record with <see cref="DataFormatAttribute"/> whose properties name the columns.</remarks>
[Polymorphic(DataFormatAttribute.FormatKind)]
public abstract record RowFormat
{
    /// <summary>What its rows teach.</summary>
    public virtual RowContent Content => RowContent.Example;

    /// <summary>The columns that it reads; others are reported as unused.</summary>
    public abstract IReadOnlyList<string> Columns { get; }

    /// <summary>Whether a row has the columns of this format, with values of the right type.</summary>
    public abstract bool Fits(JsonElement row);

    /// <summary>Reads a row.</summary>
    /// <exception cref="InvalidRowException">The row lacks what the format needs.</exception>
    public abstract TrainingRow Read(JsonElement row);
}
