using System.Buffers.Binary;
using System.Text;
using Hone.Core.Runs;
using Hone.Models.Checkpoints;
using Hone.Tensors;

namespace Hone.Models.Tests.Checkpoints;

public sealed class SafetensorsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TensorScope _scope = TensorScope.Begin("test");

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void WriteFile_MixedTypes_IsAlignedSortedAndReadBack()
    {
        TensorContent[] tensors =
        [
            TensorContent.Of("b", Tensor.From<float>([1, 2, 3], 3)),
            TensorContent.Of("mask", Tensor.From<bool>([true, false, true], 3)),
            TensorContent.Of("a", Tensor.From<float>([4], 1)),
            TensorContent.Of("ids", Tensor.From<long>([5, -6], 2, 1)),
            TensorContent.Of("half", Tensor.From<Half>([(Half)0.5f], 1)),
        ];

        SafetensorsWriter.WriteFile(new PhysicalFileSystem(), _folder.At("x.safetensors"), tensors, new Dictionary<string, string> { ["note"] = "größer" });

        using SafetensorsCheckpoint read = SafetensorsCheckpoint.Open(_folder.At("x.safetensors"));
        Assert.Equal(["ids", "a", "b", "half", "mask"], read.Entries.Values.OrderBy(entry => entry.Offset).Select(entry => entry.Name));
        Assert.All(read.Entries.Values, entry => Assert.Equal(0, entry.Offset % entry.DType!.Value.SizeBytes));
        Assert.Equal([1f, 2, 3], read.Load("b").ToArray<float>());
        Assert.Equal([5L, -6], read.Load("ids").ToArray<long>());
        Assert.Equal([true, false, true], read.Load("mask").ToArray<bool>());
        Assert.Equal("größer", read.Metadata["note"]);
    }

    [Fact]
    public void WriteFolder_SmallLimit_WritesShardsAndTheirList()
    {
        TensorContent[] tensors = [.. Enumerable.Range(0, 5).Select(i => TensorContent.Of($"t{i}", Tensor.Full(DType.F32, i, 4)))];

        IReadOnlyList<string> files = SafetensorsWriter.WriteFolder(new PhysicalFileSystem(), _folder.Path, tensors, maxShardBytes: 32);

        Assert.Equal(["model-00001-of-00003.safetensors", "model-00002-of-00003.safetensors", "model-00003-of-00003.safetensors"], files.Select(Path.GetFileName));
        using SafetensorsCheckpoint read = SafetensorsCheckpoint.Open(_folder.Path);
        Assert.Equal(5, read.Entries.Count);
        Assert.Equal(4, read.Load("t4").ToArray<float>()[3]);
        Assert.Equal("pt", read.Metadata["format"]);
    }

    [Fact]
    public void WriteFolder_AfterAShardedSave_LeavesNoOldFile()
    {
        TensorContent[] tensors = [TensorContent.Of("a", Tensor.Zeros(DType.F32, 4)), TensorContent.Of("b", Tensor.Zeros(DType.F32, 4))];
        var files = new PhysicalFileSystem();
        SafetensorsWriter.WriteFolder(files, _folder.Path, tensors, maxShardBytes: 16);
        File.WriteAllText(_folder.At("config.json"), "{}");

        SafetensorsWriter.WriteFolder(files, _folder.Path, tensors);

        Assert.Equal(["config.json", "model.safetensors"], Directory.EnumerateFiles(_folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void WriteFolder_FailingContent_LeavesTheEarlierSave()
    {
        var files = new PhysicalFileSystem();
        SafetensorsWriter.WriteFolder(files, _folder.Path, [TensorContent.Of("a", Tensor.Full(DType.F32, 1, 4))]);
        byte[] before = File.ReadAllBytes(_folder.At("model.safetensors"));
        TensorContent[] broken = [TensorContent.Of("a", Tensor.Zeros(DType.F32, 4)), new("b", new Shape(4), DType.F32, null, () => throw new InvalidOperationException("no"))];

        Assert.Throws<InvalidOperationException>(() => SafetensorsWriter.WriteFolder(files, _folder.Path, broken));

        Assert.Equal(before, File.ReadAllBytes(_folder.At("model.safetensors")));
        Assert.Single(Directory.EnumerateFiles(_folder.Path));
    }

    [Fact]
    public void WriteFile_ContentOfAnotherLength_IsRefused()
    {
        TensorContent content = new("a", new Shape(4), DType.F32, null, () => [Tensor.Zeros(DType.F32, 3)]);

        Assert.Throws<InvalidOperationException>(() => SafetensorsWriter.WriteFile(new PhysicalFileSystem(), _folder.At("x"), [content]));
        Assert.Empty(Directory.EnumerateFiles(_folder.Path));
    }

    [Fact]
    public void Open_EightBitFloats_AreWidenedExactly()
    {
        // e4m3: 0x38 = 1, 0x01 = 2^-9, 0x7e = 448, 0x7f = NaN; e5m2: 0x3c = 1, 0xfb = -57344, 0x01 = 2^-16
        Write("""{"a":{"dtype":"F8_E4M3","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"F8_E5M2","shape":[3],"data_offsets":[4,7]}}""", [0x38, 0x01, 0x7e, 0x7f, 0x3c, 0xfb, 0x01]);

        using SafetensorsCheckpoint read = SafetensorsCheckpoint.Open(_folder.At("x.safetensors"));

        Assert.Equal([1, Math.ScaleB(1, -9), 448, double.NaN], read.Load("a").ToDoubles());
        Assert.Equal([1, -57344, Math.ScaleB(1, -16)], read.Load("b").ToDoubles());
        Assert.Equal("f8_e4m3", read.Entries["a"].StoredType);
    }

    [Fact]
    public void Load_TypeWithoutTensors_NamesTheTensor()
    {
        Write("""{"blk.w":{"dtype":"F4","shape":[4],"data_offsets":[0,2]}}""", [0, 0]);
        using SafetensorsCheckpoint read = SafetensorsCheckpoint.Open(_folder.At("x.safetensors"));

        var error = Assert.Throws<CheckpointFormatException>(() => read.Load("blk.w"));

        Assert.Contains("blk.w", error.Where, StringComparison.Ordinal);
        Assert.Contains("f4", error.Facts, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_UnknownName_ProposesNearest()
    {
        Write("""{"lm_head.weight":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", [0]);
        using SafetensorsCheckpoint read = SafetensorsCheckpoint.Open(_folder.At("x.safetensors"));

        Assert.Contains("lm_head.weight", Assert.Throws<CheckpointFormatException>(() => read.Load("lm_heed.weight")).Facts, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", "twice")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", "twice")]
    [InlineData("""{"a\ud800":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", "JSON")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1],"data_offsets":[0,1]}}""", "dimensions")]
    [InlineData("""{"a":{"dtype":"F4","shape":[3],"data_offsets":[0,1]}}""", "part")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1e0],"data_offsets":[0,1]}}""", "whole numbers")]
    public void Open_DamagedHeader_SaysWhat(string header, string fact)
    {
        Write(header, [0]);

        Assert.Contains(fact, Assert.Throws<CheckpointFormatException>(() => SafetensorsCheckpoint.Open(_folder.At("x.safetensors"))).Facts, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"weight_map":{"a":"../x.safetensors"}}""", "no file name")]
    [InlineData("""{"weight_map":{"a":3}}""", "no file name")]
    [InlineData("""{"weight_map":{"a":"gone.safetensors"}}""", "gone.safetensors")]
    [InlineData("""{"weight_map":{"b":"x.safetensors"}}""", "b in x.safetensors")]
    [InlineData("""{"weights":{}}""", "weight_map")]
    [InlineData("[]", "weight_map")]
    [InlineData("{", "")]
    public void Open_DamagedList_SaysWhat(string list, string fact)
    {
        Write("""{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", [0]);
        File.WriteAllText(_folder.At("model.safetensors.index.json"), list);

        Assert.Contains(fact, Assert.Throws<CheckpointFormatException>(() => SafetensorsCheckpoint.Open(_folder.Path)).Facts, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_FolderOfPickles_SaysWhyNot()
    {
        File.WriteAllText(_folder.At("pytorch_model.bin"), "");

        Assert.Contains("pickled", Assert.Throws<CheckpointFormatException>(() => SafetensorsCheckpoint.Open(_folder.Path)).What, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_HeaderOfAnotherFormat_GuessesIt()
    {
        File.WriteAllBytes(_folder.At("x.safetensors"), [.. "GGUF"u8, .. new byte[40]]);
        File.WriteAllBytes(_folder.At("y.safetensors"), [.. "version https://"u8]);

        Assert.Contains("Git LFS", Assert.Throws<CheckpointFormatException>(() => SafetensorsCheckpoint.Open(_folder.At("y.safetensors"))).Facts, StringComparison.Ordinal);
    }

    private void Write(string header, byte[] data)
    {
        byte[] text = Encoding.UTF8.GetBytes(header);
        byte[] length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, text.Length);
        File.WriteAllBytes(_folder.At("x.safetensors"), [.. length, .. text, .. data]);
    }
}
