using Hone.Core.Runs;
using Hone.Models.Checkpoints;
using Hone.Tensors;

namespace Hone.Training.Checkpointing;

/// <summary>The parameters of the evaluation with the lowest loss, in a file.</summary>
internal sealed class BestParameters(IFileSystem files, string folder)
{
    private readonly string _path = Path.Combine(folder, "best.safetensors");

    /// <summary>Saves the parameters in place of earlier ones.</summary>
    /// <exception cref="RunFolderException">The disk is full or cannot be written; earlier ones are as they were.</exception>
    public void Save(IReadOnlyList<Parameter> parameters)
    {
        Directory.CreateDirectory(folder);
        using var scope = TensorScope.Begin("save best");
        SafetensorsWriter.WriteFile(files, _path, ParameterFile.Contents(parameters));
    }

    /// <summary>Gives parameters the saved values.</summary>
    /// <exception cref="TrainingException">The file is of another run.</exception>
    /// <exception cref="CheckpointFormatException">The file is missing or damaged.</exception>
    public void Restore(IReadOnlyList<Parameter> parameters)
    {
        using SafetensorsCheckpoint file = SafetensorsCheckpoint.Open(_path);
        ParameterFile.Restore(file, parameters);
    }
}
