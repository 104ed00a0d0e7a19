using System.Buffers.Text;
using System.Text;
using Hone.Processors.Tokenizers.Decoders;
using Hone.Processors.Tokenizers.Models;
using Hone.Processors.Tokenizers.PostProcessors;
using Hone.Processors.Tokenizers.PreTokenizers;
using Hone.Processors.Tokenizers.Unicode;

namespace Hone.Processors.Tokenizers.Formats;

/// <summary>Reads a tiktoken rank file: lines of a token's bytes in Base64 and its rank, which is also its id.</summary>
/// <remarks>
/// The file holds neither the expression that splits text nor the special tokens; files of well-known sizes are recognised.
/// Source: tiktoken, <c>load.py</c> and <c>core.py</c>: of all neighbours whose concatenation is a token, those of the lowest rank merge first.
/// </remarks>
internal static class TiktokenReader
{
    /// <summary>Whether the bytes look like such a file: Base64, a space, a number.</summary>
    public static bool Looks(ReadOnlySpan<byte> bytes)
    {
        int end = bytes.IndexOf((byte)'\n');
        ReadOnlySpan<byte> line = (end < 0 ? bytes : bytes[..end]).TrimEnd("\r"u8);
        int space = line.IndexOf((byte)' ');
        return space > 0 && Base64.IsValid(line[..space]) && Utf8Parser.TryParse(line[(space + 1)..], out int _, out int used) && used == line.Length - space - 1;
    }

    /// <summary>Reads a file whose layout is known by its size.</summary>
    /// <exception cref="TokenizerFormatException">The file is malformed or its size unknown.</exception>
    public static TokenizerPipeline Read(ReadOnlySpan<byte> bytes, string file)
    {
        Dictionary<string, int> ranks = ReadRanks(bytes, file);
        TiktokenLayout layout = TiktokenLayout.Known.FirstOrDefault(known => known.Count == ranks.Count)
            ?? throw new TokenizerFormatException(
                "A tiktoken file does not say how text is split, and one of this size is not known.", file,
                $"{ranks.Count} tokens; known: {string.Join(", ", TiktokenLayout.Known.Select(known => $"{known.Name} ({known.Count})"))}",
                "Use the model's tokenizer.json, or give the layout: TokenizerLoader.LoadTiktoken.");
        return Build(ranks, layout, file);
    }

    /// <summary>Reads a file with the given layout.</summary>
    public static TokenizerPipeline Read(ReadOnlySpan<byte> bytes, TiktokenLayout layout, string file) => Build(ReadRanks(bytes, file), layout, file);

    private static TokenizerPipeline Build(Dictionary<string, int> ranks, TiktokenLayout layout, string file)
    {
        Dictionary<(int Left, int Right), BpeMerge> merges = Merges(ranks);
        var taken = ranks.Values.ToHashSet();
        foreach ((string token, int id) in layout.SpecialTokens)
        {
            if (!taken.Add(id) || !ranks.TryAdd(token, id))
            {
                throw new TokenizerFormatException("A special token is also a ranked token.", file, $"'{token}', id {id}", "Check the layout.");
            }
        }

        int? bos = layout.Bos is not null && ranks.TryGetValue(layout.Bos, out int found) ? found : null;
        return new TokenizerPipeline
        {
            Model = new BpeModel(new Vocabulary(ranks), merges) { IgnoreMerges = true },
            PreTokenizer = new SequencePreTokenizer(
            [
                new SplitPreTokenizer(PatternReader.Compile(layout.Expression, file), SplitBehavior.Isolated, invert: false),
                new ByteLevelPreTokenizer(addPrefixSpace: false, useExpression: false),
            ]),
            PostProcessor = bos is int begin ? new TemplatePostProcessor(
                [new TemplatePiece(-1, [(begin, layout.Bos!)], 0), new TemplatePiece(0, [], 0)],
                [new TemplatePiece(-1, [(begin, layout.Bos!)], 0), new TemplatePiece(0, [], 0), new TemplatePiece(1, [], 0)]) : null,
            Decoder = new ByteLevelDecoder(),
            AddedTokens = [.. layout.SpecialTokens.Select(special => new AddedToken { Content = special.Token, Special = true })],
            Special = new SpecialTokens { Bos = layout.Bos, Eos = layout.Eos },
        };
    }

    private static Dictionary<string, int> ReadRanks(ReadOnlySpan<byte> bytes, string file)
    {
        var ranks = new Dictionary<string, int>(StringComparer.Ordinal);
        var seen = new HashSet<int>();
        int number = 0;
        foreach (Range range in bytes.Split((byte)'\n'))
        {
            number++;
            ReadOnlySpan<byte> line = bytes[range].TrimEnd("\r"u8);
            if (line.Length == 0)
            {
                continue;
            }

            int space = line.IndexOf((byte)' ');
            string where = $"{file}:{number}";
            if (space <= 0 || !Base64.IsValid(line[..space]) || !Utf8Parser.TryParse(line[(space + 1)..], out int rank, out int used)
                || used != line.Length - space - 1 || rank < 0)
            {
                throw new TokenizerFormatException("Expected a token in Base64, a space and its rank.", where, Excerpt(line), "If the file came from a download, fetch it again.");
            }

            if (!seen.Add(rank) || !ranks.TryAdd(Characters(Convert.FromBase64String(Encoding.ASCII.GetString(line[..space]))), rank))
            {
                throw new TokenizerFormatException("A token or a rank occurs twice.", where, Excerpt(line), "If the file came from a download, fetch it again.");
            }
        }

        return ranks;
    }

    /// <summary>Every way to put a token together from two others is a merge of the token's rank.</summary>
    private static Dictionary<(int Left, int Right), BpeMerge> Merges(Dictionary<string, int> ranks)
    {
        Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> find = ranks.GetAlternateLookup<ReadOnlySpan<char>>();
        var merges = new Dictionary<(int Left, int Right), BpeMerge>(ranks.Count);
        foreach ((string token, int rank) in ranks)
        {
            for (int split = 1; split < token.Length; split++)
            {
                if (find.TryGetValue(token.AsSpan(0, split), out int left) && find.TryGetValue(token.AsSpan(split), out int right))
                {
                    merges.Add((left, right), new BpeMerge(rank, rank));
                }
            }
        }

        return merges;
    }

    private static string Characters(byte[] bytes) => string.Create(bytes.Length, bytes, static (text, source) =>
    {
        for (int i = 0; i < text.Length; i++)
        {
            text[i] = ByteAlphabet.CharacterOf(source[i]);
        }
    });

    private static string Excerpt(ReadOnlySpan<byte> line) => Encoding.UTF8.GetString(line[..Math.Min(line.Length, 60)]);
}
