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
using Hone.Training.Adapters;
using Microsoft.Win32.SafeHandles;

namespace Hone.Pipelines.Stages;

/// <summary>The model of a training stage: first its tokenizer, so that data is prepared before weights take memory, then its weights and the adapter.</summary>
internal sealed class TrainedModel : IDisposable
{
    private readonly ModelReference _reference;
    private readonly TensorSource _tensors;
    private CausalLm? _model;

    private TrainedModel(ModelReference reference, TensorSource tensors, ModelText text)
    {
        _reference = reference;
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
    /// <exception cref="CheckpointFormatException">There is no checkpoint, or it is damaged.</exception>
    public static TrainedModel Open(ModelReference reference)
    {
        TensorSource tensors = Models.Checkpoints.Checkpoint.Open(reference.Path);
        try
        {
            (Tokenizer tokenizer, ChatTokenizer? chat) = ModelChat.LoadText(reference.Path, tensors);
            return new TrainedModel(reference, tensors, new ModelText(tokenizer, chat, ModelText.FingerprintOf(reference.Path)));
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
        _model = CausalLm.Load(_tensors, new LoadOptions { Use = adapter is null ? ModelUse.FullTraining : ModelUse.AdapterTraining, Weights = _reference.Dtype });
        Adapter = adapter?.Create(_model, random);
        Adapter?.Attach();
    }

    /// <summary>A hash of the model's files by name, size and samples of their content, of its tokenizer, and of what else a run depends on.</summary>
    public string KeyWith(string data)
    {
        IEnumerable<string> files = Directory.Exists(_reference.Path) ? Directory.EnumerateFiles(_reference.Path).Order(StringComparer.Ordinal) : [_reference.Path];
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
    public void Save(IFileSystem files, string folder)
    {
        if (Adapter is null)
        {
            Model.Save(files, folder);
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
