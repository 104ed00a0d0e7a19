using System.Text.Json;
using Hone.Core.Runs;
using Hone.Models.Checkpoints;
using Hone.Models.Checkpoints.Gguf;
using Hone.Tensors;

namespace Hone.Conformance.Tests.Gguf;

/// <summary>Valid GGUF files against what gguf-py reads from them, and corrupt ones that must be refused.</summary>
[ReadsFixture("gguf/files")]
[ReadsFixture("gguf/corrupt")]
public sealed class GgufFixtureTests
{
    private const long MaxAllocatedBytes = 4 << 20; // the corrupt files have a few hundred bytes; what they claim is up to 2^66

    public static TheoryData<string> Valid => File.Exists(Fixtures.At("gguf", "files.json"))
        ? [.. Fixtures.Json("gguf", "files.json").EnumerateArray().Select(entry => entry.GetProperty("file").GetString()!)]
        : [];

    public static TheoryData<string> Corrupt => File.Exists(Fixtures.At("gguf", "corrupt.jsonl")) ? [.. File.ReadLines(Fixtures.At("gguf", "corrupt.jsonl"))] : [];

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Valid))]
    public void Open_File_HasTheContentThatGgufPyReads(string file)
    {
        JsonElement expected = Expected(file);
        using var scope = TensorScope.Begin("test");
        using GgufCheckpoint checkpoint = GgufCheckpoint.Open(Fixtures.At("gguf", "files", file));

        Assert.Equal(expected.GetProperty("alignment").GetInt32(), checkpoint.Alignment);
        Assert.Equal(expected.GetProperty("data_offset").GetInt64(), checkpoint.DataStart);
        AssertMetadata(expected.GetProperty("metadata"), checkpoint);
        Dictionary<long, TensorEntry> byOffset = checkpoint.Entries.Values.ToDictionary(entry => entry.Offset - checkpoint.DataStart);
        Assert.Equal(expected.GetProperty("tensors").GetArrayLength(), byOffset.Count);
        foreach (JsonElement tensor in expected.GetProperty("tensors").EnumerateArray())
        {
            AssertTensor(tensor, byOffset[tensor.GetProperty("offset").GetInt64()], checkpoint);
        }
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Valid))]
    public void WriteFile_WhatWasRead_GivesTheSameBytes(string file)
    {
        string path = Fixtures.At("gguf", "files", file);
        using var scope = TensorScope.Begin("test");
        using GgufCheckpoint checkpoint = GgufCheckpoint.Open(path);
        Assert.SkipWhen(checkpoint.IsBigEndian || checkpoint.Version != 3, "files are written in version 3 and little endian");
        string copy = Path.GetTempFileName();
        try
        {
            GgufPlan plan = GgufConversion.Copy(checkpoint);
            GgufWriter.WriteFile(new PhysicalFileSystem(), copy, plan.Metadata, plan.Tensors);

            Assert.Equal(File.ReadAllBytes(path), File.ReadAllBytes(copy));
        }
        finally
        {
            File.Delete(copy);
        }
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Corrupt))]
    public void Open_CorruptFile_IsRefusedInBoundedMemory(string line)
    {
        using JsonDocument document = JsonDocument.Parse(line);
        string path = Fixtures.At("gguf", document.RootElement.GetProperty("file").GetString()!);
        long before = GC.GetAllocatedBytesForCurrentThread();

        CheckpointFormatException error = Assert.Throws<CheckpointFormatException>(() => GgufCheckpoint.Open(path).Dispose());

        Assert.NotEmpty(error.Facts);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MaxAllocatedBytes);
    }

    [Fact]
    public void Open_FileThatTheCorruptOnesWereMadeFrom_IsAccepted()
    {
        string path = Fixtures.At("gguf", "corrupt", "base.gguf");
        Assert.SkipUnless(File.Exists(path), "no fixture gguf/corrupt/base.gguf");

        using GgufCheckpoint checkpoint = GgufCheckpoint.Open(path);

        Assert.NotEmpty(checkpoint.Entries);
    }

    private static JsonElement Expected(string file) => Fixtures.Json("gguf", "files.json").EnumerateArray().Single(entry => entry.GetProperty("file").GetString() == file);

    private static void AssertMetadata(JsonElement expected, GgufCheckpoint checkpoint)
    {
        List<JsonElement> pairs = [.. expected.EnumerateArray()];
        List<JsonElement> header = [.. pairs.Where(pair => pair.GetProperty("key").GetString()!.StartsWith("GGUF.", StringComparison.Ordinal))];
        List<JsonElement> keys = [.. pairs.Except(header)];
        Assert.Equal(header.Single(pair => pair.GetProperty("key").GetString() == "GGUF.version").GetProperty("value").GetInt32(), checkpoint.Version);
        Assert.Equal(keys.Select(pair => pair.GetProperty("key").GetString()), checkpoint.Metadata.Select(pair => pair.Key));
        foreach (JsonElement pair in keys)
        {
            GgufValue value = checkpoint.Metadata[pair.GetProperty("key").GetString()!];
            string[] types = [.. pair.GetProperty("types").EnumerateArray().Select(type => type.GetString()!)];
            Assert.Equal(types[0], value.Type.ToString(), ignoreCase: true);
            if (types.Length == 2)
            {
                Assert.Equal(types[1], value.ItemType.ToString(), ignoreCase: true);
            }

            AssertValue(pair.GetProperty("value"), value.Type == GgufValueType.Array ? value : value.Items.Single());
        }
    }

    private static void AssertValue(JsonElement expected, object actual)
    {
        switch (actual)
        {
            case GgufValue array:
                Assert.Equal(expected.GetArrayLength(), array.Count);
                foreach ((JsonElement item, object found) in expected.EnumerateArray().Zip(array.Items))
                {
                    AssertValue(item, found);
                }

                break;
            case string text:
                Assert.Equal(expected.GetString(), text);
                break;
            case bool flag:
                Assert.Equal(expected.GetBoolean(), flag);
                break;
            case ulong number:
                Assert.Equal(expected.GetUInt64(), number);
                break;
            case float or double when expected.ValueKind == JsonValueKind.String:
                Assert.Equal(expected.GetString() switch { "inf" => double.PositiveInfinity, "-inf" => double.NegativeInfinity, _ => double.NaN }, Convert.ToDouble(actual));
                break;
            case float number:
                Assert.Equal((float)expected.GetDouble(), number);
                break;
            case double number:
                Assert.Equal(expected.GetDouble(), number);
                break;
            default:
                Assert.Equal(expected.GetInt64(), Convert.ToInt64(actual));
                break;
        }
    }

    private static void AssertTensor(JsonElement expected, TensorEntry entry, GgufCheckpoint checkpoint)
    {
        Assert.Equal(expected.GetProperty("type").GetString(), entry.StoredType, ignoreCase: true);
        Assert.Equal(expected.GetProperty("ggml_shape").EnumerateArray().Select(size => size.GetInt32()).Reverse(), entry.Shape.Dimensions.ToArray());
        Assert.Equal(expected.GetProperty("bytes").GetInt64(), entry.SizeBytes);
        double[] values = entry.Format is null ? checkpoint.Load(entry.Name).ToDoubles() : checkpoint.LoadBlocks(entry.Name).Dequantize().ToDoubles();
        double sum = expected.GetProperty("sum").GetDouble();
        Assert.InRange(values.Sum(value => (double)(float)value), sum - (1e-6 * (1 + Math.Abs(sum))), sum + (1e-6 * (1 + Math.Abs(sum))));
        if (entry.Name == expected.GetProperty("name").GetString() || !entry.Name.Contains("_proj", StringComparison.Ordinal))
        {
            Assert.Equal(expected.GetProperty("first8").EnumerateArray().Select(value => (float)value.GetDouble()), values.Take(8).Select(value => (float)value));
        }
    }
}
