using System.CommandLine;
using Hone.Inference;
using Hone.Inference.Sampling;

namespace Hone.Cli.Commands;

/// <summary>The options that say how tokens are chosen, shared by the commands that generate.</summary>
internal sealed class SamplingArguments
{
    private readonly Option<double?> _temperature = Number("--temperature", "Divides the logits; 0 takes the most probable token.");
    private readonly Option<int?> _topK = new("--top-k") { HelpName = "K", Description = "Keep the K most probable tokens; 0 keeps all." };
    private readonly Option<double?> _topP = Number("--top-p", "Keep the most probable tokens up to this probability.");
    private readonly Option<double?> _minP = Number("--min-p", "Drop tokens below this share of the most probable one.");
    private readonly Option<double?> _typicalP = Number("--typical-p", "Keep the tokens nearest to the expected surprise, up to this probability.");
    private readonly Option<double?> _epsilon = Number("--epsilon-cutoff", "Drop tokens below this probability.");
    private readonly Option<double?> _eta = Number("--eta-cutoff", "Drop tokens below this probability, less in flat distributions.");
    private readonly Option<double?> _repetition = Number("--repetition-penalty", "Makes tokens seen before less probable; 1 changes nothing.");
    private readonly Option<double?> _presence = Number("--presence-penalty", "Subtracted from the logits of generated tokens.");
    private readonly Option<double?> _frequency = Number("--frequency-penalty", "Subtracted from the logits of generated tokens, once for each time.");
    private readonly Option<int?> _noRepeat = new("--no-repeat-ngram") { HelpName = "N", Description = "Never repeat a run of N tokens." };
    private readonly Option<ulong> _seed = new("--seed") { HelpName = "N", Description = "Seed of the draws." };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_temperature, _topK, _topP, _minP, _typicalP, _epsilon, _eta, _repetition, _presence, _frequency, _noRepeat, _seed])
        {
            command.Options.Add(option);
        }
    }

    /// <summary>The seed.</summary>
    public ulong SeedOf(ParseResult parse) => parse.GetValue(_seed);

    /// <summary>The checkpoint's own sampling with what was given in its place.</summary>
    /// <remarks>A filter without a temperature means that tokens are to be drawn: the temperature is 1 then.</remarks>
    public SamplingOptions Read(ParseResult parse, GenerationDefaults defaults)
    {
        SamplingOptions own = defaults.Sampling;
        bool filters = parse.GetValue(_topK) is not null || new[] { _topP, _minP, _typicalP, _epsilon, _eta }.Any(option => parse.GetValue(option) is not null);
        var options = own with
        {
            Temperature = parse.GetValue(_temperature) ?? (filters && own.IsGreedy ? 1 : own.Temperature),
            TopK = parse.GetValue(_topK) ?? own.TopK,
            TopP = parse.GetValue(_topP) ?? own.TopP,
            MinP = parse.GetValue(_minP) ?? own.MinP,
            TypicalP = parse.GetValue(_typicalP) ?? own.TypicalP,
            EpsilonCutoff = parse.GetValue(_epsilon) ?? own.EpsilonCutoff,
            EtaCutoff = parse.GetValue(_eta) ?? own.EtaCutoff,
            RepetitionPenalty = parse.GetValue(_repetition) ?? own.RepetitionPenalty,
            PresencePenalty = parse.GetValue(_presence) ?? own.PresencePenalty,
            FrequencyPenalty = parse.GetValue(_frequency) ?? own.FrequencyPenalty,
            NoRepeatNgramSize = parse.GetValue(_noRepeat) ?? own.NoRepeatNgramSize,
        };
        options.Check();
        return options;
    }

    private static Option<double?> Number(string name, string description) => new(name) { HelpName = "X", Description = description };
}
