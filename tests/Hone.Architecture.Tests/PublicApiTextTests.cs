namespace Hone.Architecture.Tests;

public sealed class PublicApiTextTests
{
    [Fact]
    public void Describe_Sample_ListsEachPublicMemberOnce()
    {
        const string Sample = "Hone.Architecture.Tests.PublicApiSample";

        string text = PublicApiText.Describe([typeof(PublicApiSample.Pair), typeof(PublicApiSample), typeof(PublicApiSample.Modes)]);

        string expected = $$"""
            abstract class {{Sample}} : System.IDisposable
            {{Sample}}.All<T>(double scale = 0.5) -> T[] where T : unmanaged
            {{Sample}}.Name { get; } -> string
            {{Sample}}.Note { get; set; } -> string?
            abstract {{Sample}}.Lines(params int[] numbers) -> System.Collections.Generic.IReadOnlyList<string?>
            const {{Sample}}.Limit = 3 -> int
            protected {{Sample}}.PublicApiSample(string name, string? note = null)
            required {{Sample}}.Count { get; init; } -> int
            static {{Sample}}.TryRead(System.ReadOnlySpan<byte> bytes, in int start, ref long position, out string? text) -> bool
            virtual {{Sample}}.Dispose() -> void
            enum {{Sample}}.Modes : byte
            {{Sample}}.Modes.Fast = 4
            {{Sample}}.Modes.None = 0
            readonly record struct {{Sample}}.Pair : System.IEquatable<{{Sample}}.Pair>
            {{Sample}}.Pair.First { get; init; } -> int
            {{Sample}}.Pair.Pair(int First, float? Second)
            {{Sample}}.Pair.Second { get; init; } -> float?

            """.ReplaceLineEndings("\n");
        Assert.Equal(expected, text);
    }
}
