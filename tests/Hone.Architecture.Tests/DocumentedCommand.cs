using System.Text.RegularExpressions;

namespace Hone.Architecture.Tests;

/// <summary>A command that a document shows in a <c>console</c> or <c>sh</c> block.</summary>
/// <param name="File">The document.</param>
/// <param name="Line">Its line, from 1.</param>
/// <param name="Text">The command without prompt and trailing comment.</param>
/// <param name="ExitCode">What it must return: 0, or N of a trailing <c># exit N</c>.</param>
/// <param name="IsLong">Whether it is checked by its <c>--help</c> instead of being run, for a trailing <c># long</c> or by its name.</param>
/// <param name="Output">What the document shows it to print: lines that must come in this order; a line '…' stands for others.</param>
internal sealed partial record DocumentedCommand(string File, int Line, string Text, int ExitCode, bool IsLong, string Output = "")
{
    /// <summary>Programs that are never run whole: the suite itself, measurements, installations.</summary>
    private static readonly string[] s_longPrograms = ["./test", "benchmarks/", "./benchmarks/"];

    private static readonly string[] s_blocks = ["```console", "```sh"];

    /// <summary>The program: the first word after <c>sudo</c> and variable settings.</summary>
    public string Program => Words().First(word => word != "sudo" && !Setting().IsMatch(word));

    /// <summary>The options that it is given, without their values.</summary>
    public IEnumerable<string> Options => Words().Where(word => word.StartsWith("--", StringComparison.Ordinal) && word.Length > 2).Select(word => word.Split('=')[0]);

    /// <summary>The first line that the document shows and the command did not print after the lines before it, or <see langword="null"/>.</summary>
    public string? MissingFrom(string said)
    {
        string[] printed = [.. said.Split('\n').Select(line => line.Trim())];
        int next = 0;
        foreach (string line in Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line != "…"))
        {
            int found = Array.IndexOf(printed, line, next);
            if (found < 0)
            {
                return line;
            }

            next = found + 1;
        }

        return null;
    }

    /// <summary>Finds the commands of a document. In a <c>console</c> block they follow a '$'; in an <c>sh</c> block every line is one.</summary>
    public static IReadOnlyList<DocumentedCommand> Read(string file, IReadOnlyList<string> lines)
    {
        var commands = new List<DocumentedCommand>();
        string block = "";
        int opened = 0;
        for (int index = 0; index < lines.Count; index++)
        {
            string line = lines[index].Trim();
            if (line.StartsWith("```", StringComparison.Ordinal))
            {
                block = block.Length == 0 ? line : "";
                opened = index + 1;
                continue;
            }

            if (!s_blocks.Contains(block) || line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            bool prompt = line.StartsWith("$ ", StringComparison.Ordinal);
            if (!prompt && block == "```console")
            {
                if (commands.Count > 0 && commands[^1].Line > opened)
                {
                    commands[^1] = commands[^1] with { Output = commands[^1].Output + line + "\n" };
                }

                continue;
            }

            int first = index + 1;
            string text = prompt ? line[2..] : line;
            while (text.EndsWith('\\') && index + 1 < lines.Count)
            {
                text = text[..^1] + lines[++index].Trim();
            }

            commands.Add(Parse(file, first, text));
        }

        return commands;
    }

    private static DocumentedCommand Parse(string file, int line, string text)
    {
        Match comment = Comment().Match(text);
        string remark = comment.Value;
        string command = text[..^remark.Length].TrimEnd();
        Match exit = Exit().Match(remark);
        int code = exit.Success ? int.Parse(exit.Groups["code"].ValueSpan) : 0;
        var parsed = new DocumentedCommand(file, line, command, code, LongMark().IsMatch(remark));
        return parsed with { IsLong = parsed.IsLong || s_longPrograms.Any(program => parsed.Program.StartsWith(program, StringComparison.Ordinal)) };
    }

    private string[] Words() => Text.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    [GeneratedRegex(@"(^|\s)#\s.*$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Comment();

    [GeneratedRegex(@"\bexit (code )?(?<code>\d+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Exit();

    [GeneratedRegex(@"#\s+long\b", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LongMark();

    [GeneratedRegex(@"^[A-Z_][A-Z0-9_]*=", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Setting();
}
