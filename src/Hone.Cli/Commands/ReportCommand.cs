using System.CommandLine;
using Hone.Core.Runs;
using Hone.Pipelines.Reports;

namespace Hone.Cli.Commands;

/// <summary><c>hone report RUN</c>: what a run did, from its folder alone.</summary>
internal static class ReportCommand
{
    private static readonly Dictionary<string, ReportFormat> s_formats = new(StringComparer.Ordinal)
    {
        ["html"] = ReportFormat.Html,
        ["md"] = ReportFormat.Markdown,
        ["json"] = ReportFormat.Json,
    };

    public static Command Create(CliHost host)
    {
        var run = new Argument<string>("run") { HelpName = "RUN", Description = "The run's folder, or its name below runs; it may be unfinished." };
        var output = new Option<string?>("--out") { HelpName = "FILE", Description = "Write one form to this file, - for standard output, instead of all three into the run's folder." };
        var format = new Option<string?>("--format") { HelpName = "FORMAT", Description = "html, md or json; with --out, by default what the file's name ends in." };
        Option<bool> json = RunCommand.CreateJsonOption("Print the report as JSON: --format json --out -.");
        var command = new Command("report", "Write a run's report: one self-contained HTML page, Markdown and JSON.") { run, output, format, json };
        command.SetAction(parse =>
        {
            Write(host, parse.GetRequiredValue(run), parse.GetValue(json) ? parse.GetValue(output) ?? "-" : parse.GetValue(output), parse.GetValue(json) ? parse.GetValue(format) ?? "json" : parse.GetValue(format));
            return ExitCodes.Done;
        });
        return command;
    }

    private static void Write(CliHost host, string run, string? output, string? format)
    {
        ReportFormat? chosen = format is null ? null
            : s_formats.TryGetValue(format, out ReportFormat known) ? known
            : throw new UsageException($"There is no report in the form '{format}'.", "--format html, md or json");
        ReportFormat? single = output is null ? chosen : chosen ?? FormatOf(output);
        string folder = RunFinder.Find(host.RunsRoot, run);
        RunReport report = RunReport.Read(folder);
        if (output == "-")
        {
            host.Out.Write(System.Text.Encoding.UTF8.GetString(ReportFiles.Render(report, single!.Value))); // FormatOf has refused "-" without a format
            return;
        }

        string path = single is null ? ReportFiles.Write(report, folder, host.Files) : output ?? Path.Combine(folder, ReportFiles.NameOf(single.Value));
        if (single is { } form)
        {
            AtomicFile.Write(host.Files, path, ReportFiles.Render(report, form));
        }

        foreach (string note in report.Notes)
        {
            host.Error.WriteLine($"warning: {note}");
        }

        host.Out.WriteLine(path);
    }

    private static ReportFormat FormatOf(string output) => s_formats.TryGetValue(Path.GetExtension(output).TrimStart('.').ToLowerInvariant(), out ReportFormat format)
        ? format
        : throw new UsageException($"The form of the report cannot be told from '{output}'.", "name the file .html, .md or .json, or add --format html, md or json");
}
