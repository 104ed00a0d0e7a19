namespace Hone.Benchmarks;

/// <summary>One kernel of <see cref="FusedComparison"/> on [rows, columns] elements, with what bounds it.</summary>
/// <param name="Name">Kernel and direction.</param>
/// <param name="Rows">Rows.</param>
/// <param name="Columns">Elements of a row.</param>
/// <param name="Sources">Arrays read, each of rows x columns.</param>
/// <param name="Targets">Arrays written; the first <paramref name="InPlace"/> of them are sources too.</param>
/// <param name="InPlace">Arrays read and written.</param>
/// <param name="Operations">Vector operations an element needs at least, each as expensive as a multiply-add; a division counts four.</param>
internal sealed record FusedCase(string Name, int Rows, int Columns, int Sources, int Targets, int InPlace, int Operations)
{
    public long Elements => (long)Rows * Columns;

    public override string ToString() => $"{Name} {Rows}x{Columns}";
}
