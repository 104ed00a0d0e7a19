using System.Runtime.InteropServices;
using Hone.Processors.Patterns;
using Hone.Processors.Patterns.Scanners;
using Hone.Processors.Tokenizers.Bpe;
using Hone.Processors.Tokenizers.Models;
using Hone.Processors.Tokenizers.PreTokenizers;
using Hone.Processors.Tokenizers.Unicode;

namespace Hone.Processors.Tokenizers.Fast;

/// <summary>Recognises byte-level BPE pipelines: splits that isolate, then <c>ByteLevel</c>.</summary>
internal static class ByteLevelFactory
{
    // A table by id costs 24 bytes an id; ids far beyond the number of tokens would let a small file take much memory.
    private const int MaxIdsPerToken = 4;

    /// <summary>Creates the maker of encoders for a pipeline, or <see langword="null"/> if it is of another kind.</summary>
    public static Func<SegmentEncoder>? TryCreate(TokenizerPipeline pipeline)
    {
        if (pipeline.Model is not BpeModel { ContinuingSubwordPrefix: "", EndOfWordSuffix: "" } model || TryReadSplits(pipeline.PreTokenizer) is not { } splits)
        {
            return null;
        }

        (ByteStrings tokens, List<int> ids) = ByteTokensOf(model.Vocabulary);
        int highest = ids.Count == 0 ? 0 : ids.Max(), single = Enumerable.Range(0, tokens.Count).Count(i => tokens[i].Length == 1);
        if (highest / MaxIdsPerToken > tokens.Count || (single < 256 && (model.UnknownToken is not null || model.ByteFallback)))
        {
            return null;
        }

        MergeRule[] rules = [.. model.Merges.Select(merge => new MergeRule(merge.Key.Left, merge.Key.Right, merge.Value.Rank, merge.Value.Id))];
        var tables = new BpeTables(tokens, CollectionsMarshal.AsSpan(ids), rules);
        return () => new ByteLevelEncoder(new WordEncoder(tables, model.IgnoreMerges), splits);
    }

    private static ByteLevelSplits? TryReadSplits(PreTokenizer? preTokenizer)
    {
        var steps = new List<PreTokenizer>();
        Flatten(preTokenizer, steps);
        if (steps is [.. , ByteLevelPreTokenizer last] && (steps.Count == 1 || !last.AddPrefixSpace))
        {
            var stages = new List<SplitStage>();
            foreach (PreTokenizer step in steps.Take(steps.Count - 1))
            {
                if (StageOf(step) is not { } stage)
                {
                    return null;
                }

                stages.Add(stage);
            }

            if (last.UseExpression)
            {
                stages.Add(new SplitStage.ByPattern(Pattern.Compile(WellKnownExpressions.Gpt2)));
            }

            return new ByteLevelSplits(stages, ScannerOf(stages), last.AddPrefixSpace);
        }

        return null;
    }

    private static void Flatten(PreTokenizer? step, List<PreTokenizer> steps)
    {
        switch (step)
        {
            case null:
                break;
            case SequencePreTokenizer sequence:
                foreach (PreTokenizer inner in sequence.Steps)
                {
                    Flatten(inner, steps);
                }

                break;
            default:
                steps.Add(step);
                break;
        }
    }

    private static SplitStage? StageOf(PreTokenizer step) => step switch
    {
        SplitPreTokenizer { IsIsolating: true, Pattern.Compiled: { } pattern } => new SplitStage.ByPattern(pattern),
        DelimiterPreTokenizer { Behavior: SplitBehavior.Isolated } delimiters => new SplitStage.ByCharacter(delimiters.IsDelimiter),
        _ => null,
    };

    private static PieceScanner? ScannerOf(List<SplitStage> stages) => stages switch
    {
        [SplitStage.ByPattern only] => WellKnownExpressions.Find(only.Pattern.Expression),
        [SplitStage.ByCharacter first, SplitStage.ByPattern { Pattern.Expression: WellKnownExpressions.Gpt2 }] when first.IsDelimiter == CharacterClasses.IsNumeric =>
            WellKnownExpressions.DigitsThenGpt2(),
        _ => null,
    };

    private static (ByteStrings Tokens, List<int> Ids) ByteTokensOf(Vocabulary vocabulary)
    {
        var tokens = new ByteStrings();
        var ids = new List<int>(vocabulary.Count);
        foreach ((string token, int id) in vocabulary.Ids)
        {
            Span<byte> bytes = tokens.Reserve(token.Length);
            int length = 0;
            while (length < token.Length && ByteAlphabet.TryByteOf(token[length], out bytes[length]))
            {
                length++;
            }

            if (length == token.Length && length is > 0 and <= BpeTables.MaxBytes)
            {
                tokens.Commit(length);
                ids.Add(id);
            }
        }

        return (tokens, ids);
    }
}
