using System.CommandLine;
using System.Text.Json;
using Hone.Cli.Rendering;
using Hone.Core.Errors;
using Hone.Core.Runs;
using Hone.Inference;
using Hone.Inference.Adapters;
using Hone.Inference.Batches;
using Hone.Inference.Constraints;
using Hone.Inference.Sampling;

namespace Hone.Cli.Commands;

/// <summary><c>hone generate MODEL --input FILE --output FILE</c>: continues every prompt of a file, resumable at any moment.</summary>
internal sealed class GenerateCommand
{
    private const int DefaultMaxTokens = 512;
    private const string SettingsSuffix = ".settings.json";

    private readonly CliHost _host;
    private readonly SamplingArguments _sampling = new();
    private readonly EngineArguments _engine = new();
    private readonly Argument<string> _model = EngineArguments.CreateModel();
    private readonly Option<string> _input = new("--input") { HelpName = "FILE", Description = "JSONL with 'prompt' (a text) or 'messages' (a conversation) in each row, and optionally 'id'.", Required = true };
    private readonly Option<string> _output = new("--output") { HelpName = "FILE", Description = "JSONL of results; continued if it exists.", Required = true };
    private readonly Option<string?> _adapter = new("--adapter") { HelpName = "DIR", Description = "LoRA adapter to apply." };
    private readonly Option<int> _samples = new("--n") { HelpName = "N", Description = "Continuations of each prompt.", DefaultValueFactory = _ => 1 };
    private readonly Option<int> _maxTokens = new("--max-tokens") { HelpName = "N", Description = "Most tokens of a continuation.", DefaultValueFactory = _ => DefaultMaxTokens };
    private readonly Option<int> _minTokens = new("--min-tokens") { HelpName = "N", Description = "Fewest tokens of a continuation." };
    private readonly Option<string[]> _stop = new("--stop") { HelpName = "TEXT", Description = "Text that ends a continuation; may be repeated." };
    private readonly Option<int[]> _stopTokens = new("--stop-token") { HelpName = "ID", Description = "Token that ends a continuation; may be repeated." };
    private readonly Option<bool> _ignoreEnd = new("--ignore-end") { Description = "Go on after the model's end tokens." };
    private readonly Option<int?> _logProbabilities = new("--logprobs") { HelpName = "K", Description = "Write log-probabilities, with K alternatives each." };
    private readonly Option<int?> _promptLogProbabilities = new("--prompt-logprobs") { HelpName = "K", Description = "Write log-probabilities of the prompt, with K alternatives each." };
    private readonly Option<string?> _schema = new("--schema") { HelpName = "FILE", Description = "JSON schema that the texts must be valid under." };
    private readonly Option<string?> _regex = new("--regex") { HelpName = "PATTERN", Description = "Regular expression that the texts must match as a whole." };
    private readonly Option<string[]> _choices = new("--choices") { HelpName = "TEXT", Description = "Texts to choose from.", AllowMultipleArgumentsPerToken = true };
    private readonly Option<int> _beams = new("--beams") { HelpName = "N", Description = "Width of a beam search.", DefaultValueFactory = _ => 1 };
    private readonly Option<double> _lengthPenalty = new("--length-penalty") { HelpName = "X", Description = "Beam search: power of the length that scores are divided by.", DefaultValueFactory = _ => 1 };
    private readonly Option<bool> _json = RunCommand.CreateJsonOption("Print the summary as one JSON object.");

    private GenerateCommand(CliHost host)
    {
        _host = host;
    }

    public static Command Create(CliHost host)
    {
        var options = new GenerateCommand(host);
        var command = new Command("generate", "Continue every prompt of a file; can be interrupted and run again.")
        {
            options._model, options._input, options._output, options._samples, options._maxTokens, options._minTokens, options._stop, options._stopTokens, options._ignoreEnd,
            options._schema, options._regex, options._choices, options._adapter, options._beams, options._lengthPenalty, options._logProbabilities, options._promptLogProbabilities,
        };
        options._sampling.AddTo(command);
        options._engine.AddTo(command);
        command.Options.Add(options._json);
        command.SetAction(options.Run);
        return command;
    }

    private int Run(ParseResult parse)
    {
        string input = parse.GetValue(_input)!, output = parse.GetValue(_output)!, path = ModelArgument.Resolve(_host, parse.GetValue(_model)!); // required
        Constraint? constraint = ReadConstraint(parse);
        using LanguageModel model = LanguageModel.Load(path, _engine.ReadLoad(parse));
        using EngineAdapter? adapter = parse.GetValue(_adapter) is { } folder ? EngineAdapter.Load(folder, model.Model) : null;
        GenerationRequest settings = ReadSettings(parse, model) with { Constraint = constraint, Adapter = adapter };
        RequireSameSettings(parse, path, settings, output);
        using var engine = new Engine(model, _engine.Read(parse));
        BatchProgress end = Generate(model, engine, settings, input, output);
        _host.Out.WriteLine(parse.GetValue(_json) ? JsonLine.Write(json =>
        {
            json.WriteString("output", output);
            json.WriteNumber("rows", end.Rows);
            json.WriteNumber("failed", end.Failed);
            json.WriteNumber("earlier", end.Earlier);
            json.WriteNumber("generated_tokens", end.GeneratedTokens);
        }) : $"{output}  {end.Rows - end.Failed} of {end.Rows} rows{(end.Failed > 0 ? $", {end.Failed} failed" : "")}{(end.Earlier > 0 ? $", {end.Earlier} from earlier runs" : "")}");
        return end.Failed > 0 ? ExitCodes.Failed : ExitCodes.Done;
    }

    private BatchProgress Generate(LanguageModel model, Engine engine, GenerationRequest settings, string input, string output)
    {
        var display = new BatchDisplay(_host.Error, _host.IsErrorTerminal, _host.Time);
        try
        {
            return new BatchGeneration(model, engine, settings, _host.Files).RunAsync(input, output, display.Show, _host.Cancellation).GetAwaiter().GetResult();
        }
        finally
        {
            display.End();
        }
    }

    private GenerationRequest ReadSettings(ParseResult parse, LanguageModel model) => new()
    {
        PromptIds = [],
        Sampling = _sampling.Read(parse, model.Defaults),
        Seed = _sampling.SeedOf(parse),
        Samples = parse.GetValue(_samples),
        MaxTokens = parse.GetValue(_maxTokens),
        MinTokens = parse.GetValue(_minTokens),
        StopTexts = [.. parse.GetValue(_stop) ?? []],
        StopTokens = [.. parse.GetValue(_stopTokens) ?? []],
        IgnoresEndTokens = parse.GetValue(_ignoreEnd),
        LogProbabilities = parse.GetValue(_logProbabilities),
        PromptLogProbabilities = parse.GetValue(_promptLogProbabilities),
        BeamWidth = parse.GetValue(_beams),
        LengthPenalty = parse.GetValue(_lengthPenalty),
    };

    private Constraint? ReadConstraint(ParseResult parse)
    {
        string? schema = parse.GetValue(_schema), regex = parse.GetValue(_regex);
        string[] choices = parse.GetValue(_choices) ?? [];
        if ((schema is null ? 0 : 1) + (regex is null ? 0 : 1) + (choices.Length > 0 ? 1 : 0) > 1)
        {
            throw new UsageException("--schema, --regex and --choices exclude each other.", "give one of them");
        }

        return schema is not null ? Constraint.JsonSchema(ReadSchema(schema)) : regex is not null ? Constraint.Regex(regex) : choices.Length > 0 ? Constraint.Choices([.. choices]) : null;
    }

    private static string ReadSchema(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HoneException("A JSON schema cannot be read.", path, e.Message, "check that the file exists", e);
        }
    }

    // Results of two settings in one file could not be told apart.
    private void RequireSameSettings(ParseResult parse, string model, GenerationRequest settings, string output)
    {
        string text = JsonLine.Write(json =>
        {
            json.WriteString("model", model);
            json.WriteString("adapter", parse.GetValue(_adapter));
            Describe(json, settings);
        });
        string path = output + SettingsSuffix;
        string? earlier = File.Exists(output) && File.Exists(path) ? File.ReadAllText(path) : null;
        if (earlier is not null && earlier != text)
        {
            throw new HoneException("The output was begun with other settings.", output, Difference(earlier, text), "use the same options, or another --output");
        }

        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path)) ?? ".");
        AtomicFile.Write(_host.Files, path, System.Text.Encoding.UTF8.GetBytes(text));
    }

    private static void Describe(Utf8JsonWriter json, GenerationRequest settings)
    {
        SamplingOptions sampling = settings.Sampling;
        json.WriteString("constraint", settings.Constraint?.ToString());
        json.WriteNumber("seed", settings.Seed);
        json.WriteNumber("n", settings.Samples);
        json.WriteNumber("max_tokens", settings.MaxTokens ?? 0);
        json.WriteNumber("min_tokens", settings.MinTokens);
        json.WriteString("stop", JsonSerializer.Serialize(settings.StopTexts));
        json.WriteString("stop_tokens", string.Join(' ', settings.StopTokens));
        json.WriteBoolean("ignore_end", settings.IgnoresEndTokens);
        json.WriteString("logprobs", $"{settings.LogProbabilities} {settings.PromptLogProbabilities}".Trim());
        json.WriteNumber("beams", settings.BeamWidth);
        json.WriteNumber("length_penalty", settings.LengthPenalty);
        json.WriteNumber("temperature", sampling.Temperature);
        json.WriteNumber("top_k", sampling.TopK);
        json.WriteNumber("top_p", sampling.TopP);
        json.WriteNumber("min_p", sampling.MinP);
        json.WriteNumber("typical_p", sampling.TypicalP);
        json.WriteNumber("epsilon_cutoff", sampling.EpsilonCutoff);
        json.WriteNumber("eta_cutoff", sampling.EtaCutoff);
        json.WriteNumber("repetition_penalty", sampling.RepetitionPenalty);
        json.WriteNumber("presence_penalty", sampling.PresencePenalty);
        json.WriteNumber("frequency_penalty", sampling.FrequencyPenalty);
        json.WriteNumber("no_repeat_ngram_size", sampling.NoRepeatNgramSize);
        json.WriteString("suppress_tokens", string.Join(' ', sampling.SuppressTokens));
    }

    private static string Difference(string earlier, string now)
    {
        using JsonDocument before = JsonDocument.Parse(earlier), after = JsonDocument.Parse(now);
        return string.Join("; ", after.RootElement.EnumerateObject()
            .Where(property => !before.RootElement.TryGetProperty(property.Name, out JsonElement value) || value.ToString() != property.Value.ToString())
            .Select(property => $"{property.Name} was {(before.RootElement.TryGetProperty(property.Name, out JsonElement value) ? value : default)}, is {property.Value}"));
    }
}
