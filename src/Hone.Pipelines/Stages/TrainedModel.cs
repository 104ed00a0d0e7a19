using System.Security.Cryptography;
using System.Text;
using Hone.Core.Random;
using Hone.Core.Recipes;
using Hone.Core.Runs;
using Hone.Data.Datasets;
using Hone.Inference;
using Hone.Models;
using Hone.Models.Adapters;
using Hone.Models.Checkpoints;
using Hone.Processors.ChatTemplates;
using Hone.Processors.Tokenizers;
using Hone.Tensors;
using Hone.Training.Adapters;
using Microsoft.Win32.SafeHandles;

namespace Hone.Pipelines.Stages;

/// <summary>The model of a training stage: first its tokenizer, so that data is prepared before weights take memory, then its weights and the adapter.</summary>
internal sealed class TrainedModel : IDisposable
{
    private readonly string _path;
    private readonly WeightType _dtype;
    private readonly TensorSource _tensors;
    private CausalLm? _model;

    private TrainedModel(string path, WeightType dtype, TensorSource tensors, ModelText text)
    {
        _path = path;
        _dtype = dtype;
        _tensors = tensors;
        Text = text;
    }

    /// <summary>Its tokenizer and chat template.</summary>
    public ModelText Text { get; }

    /// <summary>The model, ready to be trained.</summary>
    /// <exception cref="InvalidOperationException">The weights are not loaded yet.</exception>
    public CausalLm Model => _model ?? throw new InvalidOperationException("The weights are not loaded yet.");

    /// <summary>What is trained, attached; <see langword="null"/> when all weights are.</summary>
    public LoraAdapter? Adapter { get; private set; }

    /// <summary>Opens a checkpoint and reads its tokenizer.</summary>
    /// <param name="path">Where the model lies.</param>
    /// <param name="dtype">Number format in which its weights are to be held.</param>
    /// <exception cref="CheckpointFormatException">There is no checkpoint, or it is damaged.</exception>
    public static TrainedModel Open(string path, WeightType dtype)
    {
        TensorSource tensors = Models.Checkpoints.Checkpoint.Open(path);
        try
        {
            (Tokenizer tokenizer, ChatTokenizer? chat) = ModelChat.LoadText(path, tensors);
            return new TrainedModel(path, dtype, tensors, new ModelText(tokenizer, chat, ModelText.FingerprintOf(path)));
        }
        catch
        {
            tensors.Dispose();
            throw;
        }
    }

    /// <summary>Loads the weights, and attaches a new adapter if there is to be one.</summary>
    /// <param name="adapter">What is trained; <see langword="null"/> for all weights.</param>
    /// <param name="random">Where the adapter's beginning is drawn from.</param>
    public void LoadWeights(AdapterOptions? adapter, RandomStream random)
    {
        _model = CausalLm.Load(_tensors, new LoadOptions { Use = adapter is null ? ModelUse.FullTraining : ModelUse.AdapterTraining, Weights = _dtype });
        Adapter = adapter?.Create(_model, random);
        Adapter?.Attach();
    }

    /// <summary>A hash of the model's files by name, size and samples of their content, of its tokenizer, and of what else a run depends on.</summary>
    public string KeyWith(string data)
    {
        IEnumerable<string> files = Directory.Exists(_path) ? Directory.EnumerateFiles(_path).Order(StringComparer.Ordinal) : [_path];
        string weights = string.Join(';', files.Select(file => $"{Path.GetFileName(file)} {SampleOf(file)}"));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{data}|{Text.Fingerprint}|{weights}")).AsSpan(0, 16));
    }

    /// <summary>The size of a file and a hash of pieces spread over it: weights of another training differ everywhere, and a model of many gigabytes is not read twice.</summary>
    private static string SampleOf(string path)
    {
        const int Pieces = 32, PieceBytes = 1 << 14;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using SafeFileHandle file = File.OpenHandle(path);
        long size = RandomAccess.GetLength(file);
        byte[] piece = new byte[PieceBytes];
        for (int i = 0; i < Pieces; i++)
        {
            hash.AppendData(piece.AsSpan(0, RandomAccess.Read(file, piece, Math.Max(0, size - PieceBytes) * i / (Pieces - 1))));
        }

        return $"{size} {Convert.ToHexStringLower(hash.GetHashAndReset())}";
    }

    /// <summary>Writes what was trained: the adapter, or the whole model.</summary>
    /// <param name="files">The file operations to use.</param>
    /// <param name="folder">Made when it does not exist.</param>
    /// <param name="dtype">Number format of a whole model; <c>auto</c> is that of its checkpoint.</param>
    public void Save(IFileSystem files, string folder, WeightType dtype)
    {
        if (Adapter is null)
        {
            Model.Save(files, folder, dtype switch { WeightType.F32 => DType.F32, WeightType.Bf16 => DType.BF16, WeightType.F16 => DType.F16, _ => null });
        }
        else
        {
            Adapter.Save(files, folder);
        }
    }

    /// <summary>Frees the weights and closes the checkpoint.</summary>
    public void Dispose()
    {
        Adapter?.Dispose();
        _model?.Dispose();
        _tensors.Dispose();
    }
}
