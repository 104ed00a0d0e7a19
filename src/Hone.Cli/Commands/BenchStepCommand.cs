using System.CommandLine;
using Hone.Cli.Rendering;
using Hone.Models;
using Hone.Tensors.Threading;
using Hone.Training.Benchmarking;

namespace Hone.Cli.Commands;

/// <summary><c>hone bench step MODEL</c>: how fast this machine trains a model.</summary>
internal static class BenchStepCommand
{
    public static Command Create(CliHost host)
    {
        var defaults = new StepBenchmarkOptions();
        Argument<string> model = EngineArguments.CreateModel();
        Option<int> rank = CountOption.Create("--rank", "Rank of LoRA updates on all linear layers; 0 trains all weights.", defaults.Rank, least: 0);
        Option<int> rows = CountOption.Create("--rows", "Rows of a micro-batch.", defaults.Rows);
        Option<int> tokens = CountOption.Create("--tokens", "Tokens of a row.", defaults.Tokens, least: 2);
        Option<int> accumulate = CountOption.Create("--accumulate", "Micro-batches of a step.", defaults.Accumulate);
        Option<int> steps = CountOption.Create("--steps", "Steps that are measured, after one that is not.", defaults.Steps);
        var checkpointing = new Option<bool>("--gradient-checkpointing") { Description = "Compute activations again in the backward pass." };
        var engine = new EngineArguments();
        Option<bool> json = RunCommand.CreateJsonOption("Print one JSON object.");
        var command = new Command("step", "Measure how fast a model trains: forward, backward and optimizer on random tokens.") { model, rank, rows, tokens, accumulate, steps, checkpointing, json };
        engine.AddWeightsTo(command);
        command.SetAction(parse =>
        {
            var options = new StepBenchmarkOptions
            {
                Rank = parse.GetValue(rank),
                Rows = parse.GetValue(rows),
                Tokens = parse.GetValue(tokens),
                Accumulate = parse.GetValue(accumulate),
                Steps = parse.GetValue(steps),
                GradientCheckpointing = parse.GetValue(checkpointing),
            };
            LoadOptions load = engine.ReadLoad(parse) with { Use = options.Rank == 0 ? ModelUse.FullTraining : ModelUse.AdapterTraining };
            using CausalLm loaded = CausalLm.Load(ModelArgument.Resolve(host, parse.GetValue(model)!), load); // required
            Write(host, parse.GetValue(json), options, StepBenchmark.Measure(loaded, options, host.Cancellation));
            return ExitCodes.Done;
        });
        return command;
    }

    private static void Write(CliHost host, bool json, StepBenchmarkOptions options, StepFigure figure)
    {
        double mebibytes = figure.PeakTensorBytes / 1048576.0;
        host.Out.WriteLine(json
            ? JsonLine.Write(w =>
            {
                w.WriteString("bench", "step");
                w.WriteNumber("rank", options.Rank);
                w.WriteNumber("rows", options.Rows);
                w.WriteNumber("tokens", options.Tokens);
                w.WriteNumber("accumulate", options.Accumulate);
                w.WriteBoolean("gradient_checkpointing", options.GradientCheckpointing);
                w.WriteNumber("threads", ComputeThreads.Count);
                w.WriteNumber("tokens_per_s", Math.Round(figure.TokensPerSecond, 2));
                w.WriteNumber("lowest", Math.Round(figure.Lowest, 2));
                w.WriteNumber("highest", Math.Round(figure.Highest, 2));
                w.WriteNumber("peak_tensor_mib", Math.Round(mebibytes, 1));
                w.WriteNumber("loss", figure.Loss);
            })
            : $"step     {options.Rows} x {options.Tokens} tokens, {(options.Rank == 0 ? "all weights" : $"rank {options.Rank}")}  {figure.TokensPerSecond,9:F1} tokens/s  ({figure.Lowest:F1} to {figure.Highest:F1}, {ComputeThreads.Count} threads), tensors at most {mebibytes:F0} MiB");
    }
}
