namespace Hone.Models.Checkpoints.Gguf;

/// <summary>How a weight is stored in a GGUF file compared with the Hugging Face checkpoint.</summary>
internal enum GgufChange
{
    /// <summary>As it is.</summary>
    None,

    /// <summary>Rows of query heads: the two halves that are rotated together lie in neighbouring rows.</summary>
    QueryRows,

    /// <summary>The same for rows of key heads.</summary>
    KeyRows,

    /// <summary>The file holds weight + 1.</summary>
    PlusOne,

    /// <summary>The file holds the transposed matrix.</summary>
    Transposed,

    /// <summary>One tensor per expert in the checkpoint, a stack of them in the file.</summary>
    Experts,
}
