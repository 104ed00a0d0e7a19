using System.CommandLine;
using System.Globalization;
using Hone.Core.Recipes;
using Hone.Inference;
using Hone.Models;
using Hone.Tensors.Paging;

namespace Hone.Cli.Commands;

/// <summary>The options that size the engine and say how the model is held, shared by the commands that run one.</summary>
internal sealed class EngineArguments
{
    private static readonly (string Unit, long Bytes)[] Units = [("GiB", 1L << 30), ("MiB", 1L << 20), ("KiB", 1L << 10), ("GB", 1_000_000_000), ("MB", 1_000_000), ("KB", 1000), ("G", 1L << 30), ("M", 1L << 20), ("K", 1L << 10), ("B", 1)];

    private readonly Option<string?> _memory = new("--cache-memory") { HelpName = "SIZE", Description = "Most memory for keys and values, e.g. 2GiB; a quarter of the machine's if not given." };
    private readonly Option<string?> _format = new("--cache-type") { HelpName = "TYPE", Description = "How keys and values are kept: f32, bf16 or q8." };
    private readonly Option<int?> _context = new("--context") { HelpName = "N", Description = "Longest text in tokens, prompt included; the model's own limit if not given." };
    private readonly Option<int?> _sequences = new("--max-sequences") { HelpName = "N", Description = "Texts that are generated at the same time." };
    private readonly Option<int?> _step = new("--step-tokens") { HelpName = "N", Description = "Tokens of one pass through the model." };
    private readonly Option<bool> _unshared = new("--no-prefix-sharing") { Description = "Compute every prompt from its beginning." };
    private readonly Option<string?> _dtype = new("--dtype") { HelpName = "TYPE", Description = "Type of the weights: f32, bf16, f16, or nf4 for 4 bits in the linear layers; as stored if not given." };

    /// <summary>Creates the options.</summary>
    public EngineArguments()
    {
        _format.AcceptOnlyFromAmong("f32", "bf16", "q8");
        _dtype.AcceptOnlyFromAmong("f32", "bf16", "f16", "nf4");
    }

    /// <summary>Creates the argument that names the model.</summary>
    public static Argument<string> CreateModel() => new("model") { HelpName = "MODEL", Description = "The model: a folder with its files, a .gguf file, or ORG/NAME on the hub." };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_memory, _format, _context, _sequences, _step, _unshared])
        {
            command.Options.Add(option);
        }

        AddWeightsTo(command);
    }

    /// <summary>Adds only the option about the weights.</summary>
    public void AddWeightsTo(Command command) => command.Options.Add(_dtype);

    /// <summary>How the model is held.</summary>
    public LoadOptions ReadLoad(ParseResult parse) => new()
    {
        Weights = parse.GetValue(_dtype) switch
        {
            "f32" => WeightType.F32,
            "bf16" => WeightType.Bf16,
            "f16" => WeightType.F16,
            "nf4" => WeightType.Nf4,
            _ => WeightType.Auto,
        },
    };

    /// <summary>The engine's sizes.</summary>
    public EngineOptions Read(ParseResult parse)
    {
        var standard = new EngineOptions();
        return standard with
        {
            CacheBytes = parse.GetValue(_memory) is { } memory ? Bytes(memory) : null,
            CacheFormat = parse.GetValue(_format) switch { "bf16" => PagedKvFormat.BF16, "q8" => PagedKvFormat.Q8, _ => PagedKvFormat.F32 },
            MaxContext = parse.GetValue(_context),
            MaxSequences = parse.GetValue(_sequences) ?? standard.MaxSequences,
            MaxStepTokens = parse.GetValue(_step) ?? standard.MaxStepTokens,
            SharesPrefixes = !parse.GetValue(_unshared),
        };
    }

    private static long Bytes(string text)
    {
        (string unit, long bytes) = Units.FirstOrDefault(unit => text.EndsWith(unit.Unit, StringComparison.OrdinalIgnoreCase), ("", 1));
        string number = text[..^unit.Length].Trim();
        return double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value * bytes is > 0 and < long.MaxValue
            ? (long)(value * bytes)
            : throw new UsageException($"--cache-memory '{text}' is no size.", "write a number with a unit: 512MiB, 2GiB");
    }
}
