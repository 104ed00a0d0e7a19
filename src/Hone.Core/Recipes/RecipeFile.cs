using System.Text;
using Hone.Core.Registry;

namespace Hone.Core.Recipes;

/// <summary>Reads the text of a recipe file with bounds: size, encoding, kind of file.</summary>
internal static class RecipeFile
{
    private const int MaxBytes = 1 << 20; // a thousand times a long recipe; anything larger is a mistaken path

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads a file, reporting why it cannot be a recipe.</summary>
    /// <param name="path">The path to open.</param>
    /// <param name="name">The path as messages show it.</param>
    /// <param name="kind">The label of its values.</param>
    /// <param name="problems">Receives the reason of a failure.</param>
    /// <param name="from">The <c>extends</c> value that names the file, for the recipe itself <see langword="null"/>.</param>
    public static SourceText? Read(string path, string name, OriginKind kind, RecipeProblems problems, SourceLocation? from)
    {
        try
        {
            if (Directory.Exists(path))
            {
                Report("is a folder, not a recipe file", RecipesIn(path, "recipes in it"));
                return null;
            }

            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            byte[] buffer = new byte[MaxBytes + 1];
            int length = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            if (length > MaxBytes)
            {
                Report($"is larger than {MaxBytes / 1024 / 1024} MiB, so it is not a recipe", "");
                return null;
            }

            return Decode(buffer.AsSpan(0, length));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            string folder = Path.GetDirectoryName(Path.GetFullPath(path)) ?? "";
            Report("does not exist", Nearest(folder, Path.GetFileName(path)));
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException or NotSupportedException or ArgumentException)
        {
            Report($"cannot be read: {e.Message}", "");
        }

        return null;

        void Report(string what, string note)
        {
            string[] notes = note.Length > 0 ? [note] : [];
            if (from is null)
            {
                problems.Add(new RecipeProblem($"the recipe {what}", null, name) { Notes = notes });
            }
            else
            {
                problems.Add(from, $"the extended recipe '{name}' {what}", notes);
            }
        }

        SourceText? Decode(ReadOnlySpan<byte> bytes)
        {
            ReadOnlySpan<byte> body = bytes.StartsWith(Encoding.UTF8.Preamble) ? bytes[Encoding.UTF8.Preamble.Length..] : bytes;
            try
            {
                return new SourceText(name, StrictUtf8.GetString(body), kind);
            }
            catch (DecoderFallbackException e)
            {
                string before = StrictUtf8.GetString(body[..e.Index]);
                int line = 1 + before.Count(c => c == '\n');
                int column = before.Length - before.LastIndexOf('\n');
                string hex = e.BytesUnknown is { Length: > 0 } unknown ? Convert.ToHexString(unknown) : "";
                Report($"is not UTF-8: byte {hex} at line {line}, column {column}", "save the file as UTF-8");
                return null;
            }
        }
    }

    private static string Nearest(string folder, string fileName)
    {
        if (!Directory.Exists(folder))
        {
            return $"the folder '{folder}' does not exist either";
        }

        IReadOnlyList<string> similar = NearestNames.Similar(fileName, Recipes(folder));
        return similar.Count > 0 ? $"did you mean {KeyText.Quoted(similar)}?" : RecipesIn(folder, "recipes in that folder");
    }

    private static string RecipesIn(string folder, string label)
    {
        const int maxShown = 5;
        string[] names = [.. Recipes(folder).Order(StringComparer.Ordinal).Take(maxShown)];
        return names.Length > 0 ? $"{label}: {string.Join(", ", names)}" : "";
    }

    private static IEnumerable<string> Recipes(string folder) =>
        Directory.EnumerateFiles(folder).Where(f => Path.GetExtension(f) is ".yaml" or ".yml").Take(1000).Select(f => Path.GetFileName(f));
}
