using Hone.Core.Registry;

namespace Hone.Cli.Rendering;

/// <summary>Writes the explanation of a part for reading.</summary>
internal static class PartText
{
    private const int Width = 110;

    /// <summary>Writes name, purpose and every key with type, default, limits and purpose.</summary>
    public static void Write(PartDescription part, TextWriter writer)
    {
        writer.WriteLine($"{part.Kind} {part.Name}{(part.Version > 0 ? $" (version {part.Version})" : "")}".Trim());
        WriteWrapped(writer, part.Summary, "  ");
        if (part.Remarks.Length > 0)
        {
            WriteWrapped(writer, part.Remarks, "  ");
        }

        writer.WriteLine();
        writer.WriteLine(part.Keys.Count == 0 ? "It has no keys." : "keys:");
        foreach (KeyDescription key in part.Keys)
        {
            string limits = key.Range.Length > 0 ? $", {key.Range}" : "";
            string fallback = key.IsRequired ? "required" : $"default {key.Default}";
            writer.WriteLine($"  {key.Name}: {key.Type}{limits}; {fallback}");
            WriteWrapped(writer, key.Summary, "      ");
        }
    }

    private static void WriteWrapped(TextWriter writer, string text, string indent)
    {
        string line = "";
        foreach (string word in text.Split(' '))
        {
            if (line.Length > 0 && indent.Length + line.Length + 1 + word.Length > Width)
            {
                writer.WriteLine(indent + line);
                line = "";
            }

            line = line.Length == 0 ? word : $"{line} {word}";
        }

        if (line.Length > 0)
        {
            writer.WriteLine(indent + line);
        }
    }
}
