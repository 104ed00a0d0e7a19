using System.Text.Json.Nodes;
using Hone.Tensors;
using Hone.Tensors.Quantization;

namespace Hone.Models.Checkpoints.Gguf;

/// <summary>Plans GGUF files: of a Hugging Face model, or of another GGUF file with weights of another type. Nothing large is read before the file is written.</summary>
public static class GgufConversion
{
    private const string QuantizationVersionKey = "general.quantization_version";
    private const string FileTypeKey = "general.file_type";
    private const int PieceElements = 1 << 24; // 64 MB of f32 at a time

    /// <summary>Parts of keys that are no weights: tables that old checkpoints saved, and heads of pretraining.</summary>
    private static readonly string[] s_ignored = ["rotary_emb.inv_freq", "position_ids", ".attn.bias", ".attn.masked_bias", "cls.predictions.", "cls.seq_relationship.", "pooler.dense."];

    /// <summary>A copy of a GGUF file, optionally with matrices of another type; metadata is kept.</summary>
    /// <param name="source">Must stay open until the file is written.</param>
    /// <param name="target">Type of the matrices; <see langword="null"/> to keep all types.</param>
    /// <exception cref="CheckpointFormatException">Tensors have a type that cannot be read.</exception>
    public static GgufPlan Copy(GgufCheckpoint source, WeightTarget? target = null)
    {
        GgufFile file = source.Native;
        var notices = new List<string>();
        bool isTied = file.Header.Tensors.All(tensor => tensor.Name != "output.weight");
        List<TensorContent> tensors = [.. file.Header.Tensors.Select(tensor => Content(file, tensor, target, isTied))];
        var metadata = new GgufMetadata { Location = source.Location };
        foreach ((string key, GgufValue value) in source.Metadata)
        {
            metadata[key] = value;
        }

        if (target is { } type)
        {
            metadata[FileTypeKey] = GgufValue.Of(type.FileType);
            metadata[QuantizationVersionKey] = GgufValue.Of(2u);
            string[] before = [.. file.Header.Tensors.Zip(tensors).Where(pair => pair.First.Type.Format is { } old && pair.Second.Format != old).Select(pair => pair.First.Type.Name).Distinct(StringComparer.Ordinal)];
            if (before.Length > 0)
            {
                notices.Add($"Some weights were quantized before ({string.Join(", ", before)}); quantizing them again adds a second error. Start from f32, bf16 or f16 where you can.");
            }
        }

        return new GgufPlan(metadata, tensors, notices);
    }

    /// <summary>A Hugging Face model as a GGUF file.</summary>
    /// <param name="source">Must stay open until the file is written.</param>
    /// <param name="config">The model's config.json.</param>
    /// <param name="name">Name of the model, for readers of the file.</param>
    /// <param name="tokenizer">Keys of the tokenizer, as <see cref="GgufTokenizer"/> makes them; <see langword="null"/> for a file without one.</param>
    /// <param name="target">Type of the matrices; <see langword="null"/> to keep the types of the checkpoint.</param>
    /// <exception cref="CheckpointFormatException">The family has no GGUF architecture, or the checkpoint holds tensors that it has no names for.</exception>
    public static GgufPlan FromModel(TensorSource source, JsonObject config, string name, GgufMetadata? tokenizer, WeightTarget? target)
    {
        string modelType = (string?)config["model_type"] ?? "(none)";
        GgufArchitecture architecture = GgufArchitecture.ForModelType(modelType) ?? throw GgufArchitecture.Unknown(source.Location, modelType, isModelType: true);
        var metadata = new GgufMetadata
        {
            Location = source.Location,
            ["general.architecture"] = GgufValue.Of(architecture.Name),
            ["general.type"] = GgufValue.Of("model"),
            ["general.name"] = GgufValue.Of(name),
        };
        var draft = new GgufMetadataDraft(architecture, config, metadata);
        draft.Build();
        var notices = new List<string>(draft.Losses);
        bool isTied = config["tie_word_embeddings"] is JsonValue tie && tie.TryGetValue(out bool tied) ? tied : !source.Entries.Keys.Any(key => key is "lm_head.weight");
        List<TensorContent> tensors = Contents(source, architecture, draft, isTied, target, notices);
        WeightTarget main = target ?? new WeightTarget(MostCommon(tensors), null);
        metadata[FileTypeKey] = GgufValue.Of(main.FileType);
        metadata[QuantizationVersionKey] = GgufValue.Of(2u);
        foreach ((string key, GgufValue value) in tokenizer ?? [])
        {
            metadata[key] = value;
        }

        draft.AddTokens();
        return new GgufPlan(metadata, tensors, notices);
    }

    private static DType MostCommon(List<TensorContent> tensors) =>
        tensors.Where(tensor => tensor.Shape.Rank > 1 && tensor.DType is not null).GroupBy(tensor => tensor.DType).OrderByDescending(group => group.Sum(tensor => tensor.SizeBytes)).FirstOrDefault()?.Key ?? DType.F32;

    private static TensorContent Content(GgufFile file, GgufTensor tensor, WeightTarget? target, bool isTied)
    {
        bool isFloat = tensor.Type.Format is not null || tensor.Type.Loaded is { IsFloatingPoint: true };
        WeightTarget type = target is { } wanted && isFloat
            ? wanted.For(tensor.Name, tensor.Shape, IsHead(tensor.Name, isTied))
            : new WeightTarget(tensor.Type.Loaded, tensor.Type.Format);
        if (type.DType is null && type.Format is null)
        {
            throw new CheckpointFormatException("A tensor has a type that cannot be read.", $"{tensor.Name} in {file.Path}", tensor.Type.Name, "Use a file of another type.");
        }

        bool isSame = !file.Header.IsBigEndian && type.Format == tensor.Type.Format && (type.Format is not null || (type.DType == tensor.Type.Loaded && tensor.Type.IsStoredAsLoaded));
        return new TensorContent(tensor.Name, tensor.Shape, type.DType, type.Format, isSame ? () => file.Bytes(tensor) : () => Converted(tensor.Name, Read, type));

        Tensor Read()
        {
            if (tensor.Type.Format is null)
            {
                return file.Load(tensor, tensor.Shape);
            }

            using QuantizedMatrix blocks = file.LoadBlocks(tensor, tensor.Shape);
            return blocks.Dequantize();
        }
    }

    private static bool IsHead(string gguf, bool isTied) => gguf == "output.weight" || (isTied && gguf == "token_embd.weight");

    private static List<TensorContent> Contents(TensorSource source, GgufArchitecture architecture, GgufMetadataDraft draft, bool isTied, WeightTarget? target, List<string> notices)
    {
        var stacks = new SortedDictionary<string, SortedDictionary<int, string>>(GgufOrder.Names);
        var rules = new Dictionary<string, GgufRule>(StringComparer.Ordinal);
        var unknown = new List<string>();
        foreach (string key in source.Entries.Keys)
        {
            if (isTied && key == "lm_head.weight")
            {
                notices.Add("lm_head.weight is left out: config.json ties it to the embedding.");
            }
            else if (Find(architecture, key) is { } place)
            {
                rules[place.Name] = place.Rule;
                (stacks.TryGetValue(place.Name, out SortedDictionary<int, string>? parts) ? parts : stacks[place.Name] = []).Add(place.Expert, key);
            }
            else if (!s_ignored.Any(part => key.Contains(part, StringComparison.Ordinal)))
            {
                unknown.Add(key);
            }
            else
            {
                notices.Add($"{key} is left out: files of this architecture have no place for it.");
            }
        }

        if (unknown.Count > 0)
        {
            throw new CheckpointFormatException(
                $"The checkpoint holds tensors that GGUF files of architecture {architecture.Name} have no names for.",
                source.Location,
                $"{unknown.Count} tensors: {string.Join(", ", unknown.Take(6))}{(unknown.Count > 6 ? ", …" : string.Empty)}",
                "Convert the model itself, without heads and adapters on top of it.");
        }

        var contents = new List<TensorContent>();
        foreach ((string name, float[] values) in draft.Tensors)
        {
            contents.Add(new TensorContent(name, new Shape(values.Length), DType.F32, null, () => [Tensor.From(values, values.Length)]));
        }

        contents.AddRange(stacks.Select(stack => Stacked(source, stack.Key, [.. stack.Value.Values], rules[stack.Key].Change, draft, target, IsHead(stack.Key, isTied))));
        return contents;
    }

    // Checkpoints of a bare model lack the prefix of the one with a head, and the other way round.
    internal static (string Name, GgufRule Rule, int Expert)? Find(GgufArchitecture architecture, string key) =>
        architecture.ToGguf(key)
        ?? architecture.ToGguf("model." + key)
        ?? architecture.ToGguf("transformer." + key)
        ?? (key.StartsWith("bert.", StringComparison.Ordinal) ? architecture.ToGguf(key["bert.".Length..]) : null);

    private static TensorContent Stacked(TensorSource source, string name, string[] keys, GgufChange change, GgufMetadataDraft draft, WeightTarget? target, bool isHead)
    {
        TensorEntry[] entries = [.. keys.Select(key => source.Entries[key])];
        Shape single = entries[0].Shape;
        if (entries.Any(entry => entry.Shape != single))
        {
            throw new CheckpointFormatException("The experts of a layer have different shapes.", source.Location, string.Join(", ", entries.Select(entry => $"{entry.Name} {entry.Shape}").Take(4)), "Repair the checkpoint.");
        }

        single = change == GgufChange.Transposed ? new Shape(single[1], single[0]) : single;
        Shape shape = change == GgufChange.Experts ? new Shape([entries.Length, .. single.Dimensions]) : single;
        WeightTarget kept = new(entries[0].DType ?? DType.F32, null);
        WeightTarget type = (target ?? kept).For(name, shape, isHead);
        int heads = draft.HeadsOf(change);
        return new TensorContent(name, shape, type.DType, type.Format, () => keys.SelectMany(key => Converted(name, () => Changed(Read(source, key), change, heads, key), type)));
    }

    private static Tensor Read(TensorSource source, string key)
    {
        if (source.Entries[key].Format is null)
        {
            return source.Load(key);
        }

        using QuantizedMatrix blocks = source.LoadBlocks(key);
        return blocks.Dequantize();
    }

    private static Tensor Changed(Tensor stored, GgufChange change, int heads, string key)
    {
        if (change is GgufChange.None or GgufChange.Experts)
        {
            return stored;
        }

        using (stored)
        {
            switch (change)
            {
                case GgufChange.Transposed:
                    return RowOrder.Transpose(stored);
                case GgufChange.PlusOne when stored.DType == DType.F32:
                    return Ops.AddScalar(stored, 1);
                case GgufChange.PlusOne:
                {
                    using Tensor wide = Ops.Cast(stored, DType.F32); // a bf16 norm weight plus one may not fit into bf16
                    return Ops.AddScalar(wide, 1);
                }

                default:
                    return RowOrder.JoinPairs(stored, heads, key);
            }
        }
    }

    /// <summary>The content in another type, some rows at a time.</summary>
    private static IEnumerable<Tensor> Converted(string name, Func<Tensor> read, WeightTarget type)
    {
        using Tensor all = read();
        int columns = all.Rank == 0 ? 1 : all.Shape[-1];
        int rows = checked((int)(all.ElementCount / columns));
        using Tensor matrix = Ops.Reshape(all, rows, columns);
        int step = Math.Max(1, PieceElements / columns);
        for (int row = 0; row < rows; row += step)
        {
            using Tensor piece = Ops.Slice(matrix, 0, row, Math.Min(step, rows - row));
            yield return ToType(name, piece, type);
        }
    }

    private static Tensor ToType(string name, Tensor piece, WeightTarget type)
    {
        if (type.Format is { } format)
        {
            try
            {
                return QuantizedMatrix.Quantize(format, piece).Bytes;
            }
            catch (Hone.Tensors.Errors.NonFiniteException e)
            {
                throw new CheckpointFormatException("A tensor cannot be quantized.", name, e.Facts, e.Fix, e);
            }
        }

        DType dtype = type.DType!.Value; // a target has one or the other
        if (piece.DType == dtype)
        {
            return piece.Detach();
        }

        Tensor result = Ops.Cast(piece, dtype);
        if (dtype == DType.F16 && result.Read<Half>().ContainsAnyExceptInRange((Half)(-65504f), (Half)65504f))
        {
            result.Dispose();
            throw new CheckpointFormatException("A tensor does not fit into f16.", name, "it has elements that are not finite or above 65504", "Convert to bf16 or f32.");
        }

        return result;
    }
}
