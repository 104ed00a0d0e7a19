using System.Text.Json;
using Hone.Core.Runs;
using Hone.Models.Checkpoints;
using Hone.Tensors;

namespace Hone.Conformance.Tests.TextModels;

/// <summary>Well-formed, odd and hostile safetensors files against the format's own library.</summary>
[ReadsFixture("text-models/bad-safetensors")]
public sealed class SafetensorsFixtureTests
{
    private const long MaxAllocatedBytes = 4 << 20; // the files have a few hundred bytes; what they claim is up to 2^66

    public static TheoryData<string> Cases
    {
        get
        {
            string path = Fixtures.At("text-models", "bad-safetensors", "cases.jsonl");
            return File.Exists(path) ? [.. File.ReadLines(path)] : [];
        }
    }

    public static TheoryData<string> Models
    {
        get
        {
            string folder = Fixtures.At("text-models");
            return Directory.Exists(folder) ? [.. Directory.EnumerateFiles(folder, "model*.safetensors", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(folder, path))] : [];
        }
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Cases))]
    public void Open_File_IsAcceptedOrRefusedAsByTheLibrary(string line)
    {
        JsonElement entry = Parse(line);
        string path = Fixtures.At("text-models", "bad-safetensors", entry.GetProperty("file").GetString()!);
        long before = GC.GetAllocatedBytesForCurrentThread();
        if (entry.GetProperty("opens").GetBoolean())
        {
            using var scope = TensorScope.Begin("test");
            using SafetensorsCheckpoint checkpoint = SafetensorsCheckpoint.Open(path);
            AssertContent(entry, checkpoint);
        }
        else
        {
            CheckpointFormatException error = Assert.Throws<CheckpointFormatException>(() => SafetensorsCheckpoint.Open(path).Dispose());
            Assert.NotEmpty(error.Facts);
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MaxAllocatedBytes);
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Models))]
    public void WriteFile_WhatTheLibraryWrote_GivesTheSameBytes(string model)
    {
        using var scope = TensorScope.Begin("test");
        using SafetensorsCheckpoint checkpoint = SafetensorsCheckpoint.Open(Fixtures.At("text-models", model));
        string path = Path.GetTempFileName();
        try
        {
            SafetensorsWriter.WriteFile(new PhysicalFileSystem(), path, checkpoint.Entries.Keys.Reverse().Select(name => TensorContent.From(checkpoint, name)), checkpoint.Metadata);

            Assert.Equal(File.ReadAllBytes(Fixtures.At("text-models", model)), File.ReadAllBytes(path));
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static void AssertContent(JsonElement entry, SafetensorsCheckpoint checkpoint)
    {
        JsonElement tensors = entry.GetProperty("tensors");
        Assert.Equal(tensors.EnumerateObject().Select(p => p.Name).Order(StringComparer.Ordinal), checkpoint.Entries.Keys.Order(StringComparer.Ordinal));
        foreach (JsonProperty tensor in tensors.EnumerateObject())
        {
            TensorEntry found = checkpoint.Entries[tensor.Name];
            Assert.Equal(tensor.Value.GetProperty("dtype").GetString()!.ToLowerInvariant(), found.StoredType);
            Assert.Equal(tensor.Value.GetProperty("shape").EnumerateArray().Select(size => size.GetInt32()), found.Shape.Dimensions.ToArray());
            double[] expected = [.. entry.GetProperty("first_values").GetProperty(tensor.Name).EnumerateArray().Select(value => value.GetDouble())];
            Assert.Equal(expected, checkpoint.Load(tensor.Name).ToDoubles().Take(expected.Length));
        }

        if (entry.GetProperty("metadata").ValueKind == JsonValueKind.Object)
        {
            Assert.Equal(entry.GetProperty("metadata").EnumerateObject().Select(p => (p.Name, p.Value.GetString()!)).Order(), checkpoint.Metadata.Select(pair => (pair.Key, pair.Value)).Order());
        }
        else
        {
            Assert.Empty(checkpoint.Metadata);
        }
    }

    private static JsonElement Parse(string line)
    {
        using JsonDocument document = JsonDocument.Parse(line);
        return document.RootElement.Clone();
    }
}
