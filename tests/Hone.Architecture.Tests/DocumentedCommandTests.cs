using System.Diagnostics;

namespace Hone.Architecture.Tests;

public sealed class DocumentedCommandTests(ITestOutputHelper output)
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(3); // the first one may build the command line

    /// <summary>What a reader's working folder has of the repository: the commands, and what they are shown with.</summary>
    private static readonly string[] s_linked = ["hone", "test", "benchmarks"];
    private static readonly string[] s_copied = ["recipes", "samples"];

    [Fact]
    public void CommandsInDocuments_Run_ExitAsTheDocumentSays()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the documents show the Unix commands");
        var finding = new Finding();
        int byHelp = 0;

        foreach (string file in Repository.Current.Files.Where(file => file.EndsWith(".md", StringComparison.Ordinal)))
        {
            IReadOnlyList<DocumentedCommand> commands = DocumentedCommand.Read(file, Repository.Current.Lines(file));
            if (commands.Count == 0)
            {
                continue;
            }

            DirectoryInfo folder = Directory.CreateTempSubdirectory("hone-documents-");
            try
            {
                Furnish(folder.FullName);
                foreach (DocumentedCommand command in commands)
                {
                    finding.Visit();
                    byHelp += command.IsLong ? 1 : 0;
                    Check(command, folder.FullName, finding);
                }
            }
            finally
            {
                folder.Delete(recursive: true);
            }
        }

        Gate.Report(output, $"commands ({byHelp} of them by their --help)", finding);
    }

    private static void Check(DocumentedCommand command, string folder, Finding finding)
    {
        string place = $"{command.File}:{command.Line}: {command.Text}";
        string program = command.Program.StartsWith("./", StringComparison.Ordinal) ? command.Program[2..] : command.Program;
        if (!Repository.Current.Contains(program))
        {
            finding.Violate($"{place}: '{command.Program}' is no program of this repository, so a reader's machine may not have it");
            return;
        }

        if (!command.IsLong)
        {
            (int code, string said) = Run(command.Text, folder);
            finding.Require(code == command.ExitCode, $"{place}: exit code {code}, expected {command.ExitCode}\n{said}");
            finding.Require(command.MissingFrom(said) is null, $"{place}: does not print '{command.MissingFrom(said)}' as the document shows\n{said}");
            return;
        }

        string verb = program == "hone" ? string.Concat(command.Text.Split(' ').SkipWhile(word => word != command.Program).Skip(1).Take(1).Select(word => " " + word)) : "";
        (int helpCode, string help) = Run($"{command.Program}{verb} --help", folder);
        finding.Require(helpCode == 0, $"{place}: its --help has exit code {helpCode}\n{help}");
        foreach (string option in command.Options.Where(option => option != "--help" && !help.Contains(option, StringComparison.Ordinal)))
        {
            finding.Violate($"{place}: its --help does not mention {option}");
        }
    }

    private static void Furnish(string folder)
    {
        foreach (string name in s_linked)
        {
            File.CreateSymbolicLink(Path.Combine(folder, name), Repository.Current.PathOf(name));
        }

        foreach (string file in Repository.Current.Files.Where(file => s_copied.Contains(file.Split('/')[0])))
        {
            string copy = Path.Combine(folder, file);
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!); // the copy lies below the folder
            File.Copy(Repository.Current.PathOf(file), copy);
        }
    }

    private static (int Code, string Said) Run(string command, string folder)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", "exec 2>&1 </dev/null; " + command])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        start.Environment.Remove("HONE_ACCEPT");
        using Process process = Process.Start(start) ?? throw new InvalidOperationException("/bin/sh did not start.");
        Task<string> said = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        if (!process.WaitForExit(s_limit))
        {
            process.Kill(entireProcessTree: true);
            return (-1, $"not done after {s_limit.TotalSeconds} s");
        }

        return (process.ExitCode, said.GetAwaiter().GetResult());
    }
}
