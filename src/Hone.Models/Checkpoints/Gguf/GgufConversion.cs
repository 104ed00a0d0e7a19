using Hone.Core.Runs;

namespace Hone.Models.Checkpoints.Gguf;

/// <summary>Copies GGUF files.</summary>
public static class GgufConversion
{
    /// <summary>Writes a little-endian file again, tensor by tensor.</summary>
    public static FileDigest Copy(IFileSystem files, GgufCheckpoint source, string path)
    {
        GgufFile file = source.Native;
        TensorContent[] tensors = [.. file.Header.Tensors.Select(tensor => new TensorContent(tensor.Name, tensor.Shape, tensor.Type.Loaded, tensor.Type.Format, () => file.Bytes(tensor)))];
        return GgufWriter.WriteFile(files, path, file.Header.Metadata, tensors);
    }
}
