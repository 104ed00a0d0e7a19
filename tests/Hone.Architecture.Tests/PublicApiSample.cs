namespace Hone.Architecture.Tests;

/// <summary>Types whose public API text is known by hand.</summary>
public abstract class PublicApiSample : IDisposable
{
    public const int Limit = 3;

    protected PublicApiSample(string name, string? note = null) => (Name, Note) = (name, note);

    public string Name { get; }

    public string? Note { get; protected set; }

    public required int Count { get; init; }

    internal int Hidden { get; set; }

    public static bool TryRead(ReadOnlySpan<byte> bytes, in int start, ref long position, out string? text)
    {
        text = bytes.Length > start ? "" : null;
        position++;
        return text is not null;
    }

    public abstract IReadOnlyList<string?> Lines(params int[] numbers);

    public T[] All<T>(double scale = 0.5)
        where T : unmanaged => new T[(int)(scale * Hidden)];

    public virtual void Dispose() => GC.SuppressFinalize(this);

    public readonly record struct Pair(int First, float? Second);

    [Flags]
    public enum Modes : byte
    {
        None = 0,
        Fast = 4,
    }
}
