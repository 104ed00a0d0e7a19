using Hone.Models.Checkpoints;
using Hone.Models.Nn;
using Hone.Tensors;

namespace Hone.Models.Adapters;

/// <summary>Collects what does not fit between an adapter and a model, and says it in one error.</summary>
internal sealed class AdapterProblems(AdapterFile file)
{
    private const int MaxListed = 12;

    private readonly List<string> _unknown = [.. file.Strange];
    private readonly List<string> _missing = [];
    private readonly List<string> _misshaped = [];

    public void Unknown(string path) => _unknown.Add(path);

    public void Missing(string path) => _missing.Add(path);

    /// <summary>The name of a part's tensor when it is there and fits.</summary>
    public string? Check(Dictionary<string, string> parts, string part, Shape shape)
    {
        if (!parts.TryGetValue(part, out string? key))
        {
            _missing.Add($"{part} beside {parts.Values.First()}");
            return null;
        }

        return Fits(key, shape) ? key : null;
    }

    /// <summary>Whether a tensor has the shape that the model's layer has; null when the layer has no such part.</summary>
    public bool Fits(string key, Shape? shape)
    {
        TensorEntry entry = file.Tensors.Entries[key];
        if (shape is { } wanted && entry.Shape == wanted && entry.DType is { IsFloatingPoint: true })
        {
            return true;
        }

        _misshaped.Add($"{key}: model {(shape is null ? "has none" : shape.ToString())}, adapter {entry.StoredType} {entry.Shape}");
        return false;
    }

    public void Throw()
    {
        string[] facts =
        [
            .. List("not in the model", _unknown), .. List("missing in the adapter", _missing), .. List("mis-shaped", _misshaped),
        ];
        if (facts.Length > 0)
        {
            string based = file.Config.BaseModelNameOrPath;
            throw new WeightMismatchException(
                "The adapter does not fit the model.", file.Folder, string.Join("\n       ", facts),
                based.Length > 0 ? $"Use it with the model that it was trained on: {based}." : "Use it with the model that it was trained on.");
        }
    }

    private static IEnumerable<string> List(string kind, List<string> names)
    {
        if (names.Count > 0)
        {
            yield return $"{names.Count} {kind}: {string.Join(", ", names.Take(MaxListed))}{(names.Count > MaxListed ? $", … and {names.Count - MaxListed} more" : string.Empty)}";
        }
    }
}
