namespace Hone.Models.Checkpoints.Gguf;

/// <summary>The order in which tensors stand in GGUF files: embeddings, layers by number, output.</summary>
internal static class GgufOrder
{
    /// <summary>Orders names of tensors.</summary>
    public static IComparer<string> Names { get; } = Comparer<string>.Create((left, right) => Key(left).CompareTo(Key(right)) is var order and not 0 ? order : string.CompareOrdinal(left, right));

    private static (int Group, int Layer) Key(string name)
    {
        string[] parts = name.Split('.', 3);
        return parts[0] == "blk" && int.TryParse(parts[1], out int layer) ? (1, layer) : (name.StartsWith("output", StringComparison.Ordinal) ? 2 : 0, 0);
    }
}
