using System.CommandLine;
using Hone.Cli.Rendering;
using Hone.Inference.Benchmarking;
using Hone.Models;
using Hone.Tensors.Threading;

namespace Hone.Cli.Commands;

/// <summary><c>hone bench prefill|decode MODEL</c>: how fast this machine reads prompts and writes tokens with a model.</summary>
internal static class BenchGenerationCommand
{
    public static Command CreatePrefill(CliHost host)
    {
        Argument<string> model = EngineArguments.CreateModel();
        var engine = new EngineArguments();
        var lengths = new Option<int[]>("--prompt-tokens") { HelpName = "N", Description = "Lengths of prompts.", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [128, 512] };
        Option<int> rounds = CreateRounds();
        Option<bool> json = RunCommand.CreateJsonOption("Print one JSON object a row.");
        var command = new Command("prefill", "Measure how fast a model reads prompts.") { model, lengths, rounds, json };
        engine.AddTo(command);
        command.SetAction(parse =>
        {
            using CausalLm loaded = CausalLm.Load(ModelArgument.Resolve(host, parse.GetValue(model)!), engine.ReadLoad(parse)); // required
            foreach (int length in parse.GetValue(lengths) ?? [])
            {
                Write(host, parse.GetValue(json), length, GenerationBenchmark.Prefill(loaded, engine.Read(parse), length, parse.GetValue(rounds), host.Cancellation));
            }

            return ExitCodes.Done;
        });
        return command;
    }

    public static Command CreateDecode(CliHost host)
    {
        Argument<string> model = EngineArguments.CreateModel();
        var engine = new EngineArguments();
        var batches = new Option<int[]>("--batch") { HelpName = "N", Description = "Texts at the same time.", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [1, 16] };
        var prompt = new Option<int>("--prompt-tokens") { HelpName = "N", Description = "Length of each prompt.", DefaultValueFactory = _ => 32 };
        var tokens = new Option<int>("--tokens") { HelpName = "N", Description = "Tokens to write for each.", DefaultValueFactory = _ => 64 };
        Option<int> rounds = CreateRounds();
        Option<bool> json = RunCommand.CreateJsonOption("Print one JSON object a row.");
        var command = new Command("decode", "Measure how fast a model writes tokens.") { model, batches, prompt, tokens, rounds, json };
        engine.AddTo(command);
        command.SetAction(parse =>
        {
            using CausalLm loaded = CausalLm.Load(ModelArgument.Resolve(host, parse.GetValue(model)!), engine.ReadLoad(parse)); // required
            int promptTokens = parse.GetValue(prompt);
            foreach (int batch in parse.GetValue(batches) ?? [])
            {
                GenerationFigure figure = GenerationBenchmark.Decode(loaded, engine.Read(parse), batch, promptTokens, parse.GetValue(tokens), parse.GetValue(rounds), host.Cancellation);
                Write(host, parse.GetValue(json), promptTokens, figure);
            }

            return ExitCodes.Done;
        });
        return command;
    }

    private static Option<int> CreateRounds() => CountOption.Create("--rounds", "Rounds that are measured, after one that is not.", value: 3);

    private static void Write(CliHost host, bool json, int promptTokens, GenerationFigure figure) => host.Out.WriteLine(json
        ? JsonLine.Write(w =>
        {
            w.WriteString("bench", figure.Phase);
            w.WriteNumber("batch", figure.Batch);
            w.WriteNumber("prompt_tokens", promptTokens);
            w.WriteNumber("threads", ComputeThreads.Count);
            w.WriteNumber("tokens_per_s", Math.Round(figure.TokensPerSecond, 2));
            w.WriteNumber("lowest", Math.Round(figure.Lowest, 2));
            w.WriteNumber("highest", Math.Round(figure.Highest, 2));
        })
        : $"{figure.Phase,-8} batch {figure.Batch,-4} prompt {promptTokens,-6} {figure.TokensPerSecond,9:F1} tokens/s  ({figure.Lowest:F1} to {figure.Highest:F1}, {ComputeThreads.Count} threads)");
}
