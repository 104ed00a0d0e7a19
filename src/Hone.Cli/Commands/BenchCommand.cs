using System.CommandLine;
using Hone.Cli.Rendering;
using Hone.Tensors.Benchmarking;
using Hone.Tensors.Threading;

namespace Hone.Cli.Commands;

/// <summary><c>hone bench</c>; its <c>kernels</c>: this machine's figures for the operations that training and inference spend their time in.</summary>
internal static class BenchCommand
{
    public static Command Create(CliHost host)
    {
        var command = new Command("bench", "Measure what this machine reaches.");
        command.Subcommands.Add(CreateKernels(host));
        command.Subcommands.Add(BenchTokenizeCommand.Create(host));
        command.Subcommands.Add(BenchGenerationCommand.CreatePrefill(host));
        command.Subcommands.Add(BenchGenerationCommand.CreateDecode(host));
        command.Subcommands.Add(BenchStepCommand.Create(host));
        return command;
    }

    private static Command CreateKernels(CliHost host)
    {
        var quick = new Option<bool>("--quick") { Description = "Fewer and shorter rounds: an orientation in a few seconds." };
        Option<bool> json = RunCommand.CreateJsonOption("Print one JSON object a row.");
        var command = new Command("kernels", "Measure tensor operations beside the machine's own limits.") { quick, json };
        command.SetAction(parse =>
        {
            Kernels(host, parse.GetValue(quick), parse.GetValue(json));
            return ExitCodes.Done;
        });
        return command;
    }

    private static void Kernels(CliHost host, bool quick, bool json)
    {
        MachineFacts machine = MachineFacts.Read();
        host.Error.WriteLine($"{machine.Processor}, {machine.Processors} processors, {machine.VectorWidth} kernels, {machine.Runtime}");
        MeasuredLimits limits = MeasuredLimits.Of(ComputeThreads.Count);
        if (!json)
        {
            host.Out.WriteLine($"{(limits.Threads == 1 ? "1 thread" : $"{limits.Threads} threads"),-42}{"rate",10}  {"unit",-8}{"of limit",9}");
        }

        Write(host, json, new BenchmarkRow("limits", "multiply-add, f32", limits.Threads, limits.FmaGflops, "", 0, "gflops", 0, 1));
        Write(host, json, new BenchmarkRow("limits", "memory read", limits.Threads, limits.ReadGigabytesPerSecond, "", 0, "gb/s", 0, 1));
        foreach (KernelBenchmark benchmark in KernelBenchmark.All)
        {
            foreach (BenchmarkRow row in benchmark.Run(quick ? BenchmarkSettings.Brief : BenchmarkSettings.Full, limits, host.Cancellation))
            {
                Write(host, json, row);
            }
        }
    }

    private static void Write(CliHost host, bool json, BenchmarkRow row) => host.Out.WriteLine(json
        ? JsonLine.Write(w =>
        {
            w.WriteString("bench", row.Bench);
            w.WriteString("case", row.Case);
            w.WriteNumber("threads", row.Threads);
            w.WriteNumber("hone", Math.Round(row.Hone, 3));
            w.WriteString("unit", row.Unit);
            w.WriteNumber("peak_fraction", Math.Round(row.PeakFraction, 4));
        })
        : $"{row.Bench + ": " + row.Case,-42}{row.Hone,10:F1}  {row.Unit,-8}{row.PeakFraction,9:P0}");
}
