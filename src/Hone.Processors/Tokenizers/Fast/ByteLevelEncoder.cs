using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Unicode;
using Hone.Processors.Patterns;
using Hone.Processors.Patterns.Scanners;
using Hone.Processors.Tokenizers.Bpe;

namespace Hone.Processors.Tokenizers.Fast;

/// <summary>Byte-level BPE: text to UTF-8, UTF-8 to words, words to ids.</summary>
internal sealed unsafe class ByteLevelEncoder(WordEncoder words, ByteLevelSplits splits) : SegmentEncoder
{
    private const int PiecesPerTurn = 256;
    private const int KeptBytes = 1 << 22;

    // Number of a Unicode version after that of the scanner's table: there the stages one by one know better.
    private const char FirstNewerDigits = '\uD807', SecondNewerDigits = '\uD81B';

    private readonly int[] _ends = new int[PiecesPerTurn];
    private readonly bool _isDigitsFirst = splits.Stages is [SplitStage.ByCharacter, ..];
    private byte[] _utf8 = GC.AllocateUninitializedArray<byte>(1 << 14, pinned: true);

    /// <inheritdoc/>
    public override void Encode(ReadOnlySpan<char> segment)
    {
        if (splits.Scanner is null || (_isDigitsFirst && segment.ContainsAny(FirstNewerDigits, SecondNewerDigits)))
        {
            EncodeInStages(segment);
            return;
        }

        bool addSpace = splits.AddPrefixSpace && segment[0] != ' ';
        byte* text = Transcode(segment, addSpace ? 1 : 0, out int length);
        if (addSpace)
        {
            *text = (byte)' ';
        }

        EncodeScanned(text, length, splits.Scanner);
    }

    private void EncodeScanned(byte* text, int length, PieceScanner scanner)
    {
        for (int at = 0; at < length;)
        {
            int pieces = scanner.Split(text, at, length, _ends), last = _ends[pieces - 1];
            int* ids = Ids.Reserve(last - at + WordCache.MaxTokens);
            int count = 0;
            foreach (int end in _ends.AsSpan(0, pieces))
            {
                count += words.Encode(text + at, end - at, ids + count);
                at = end;
            }

            Ids.Commit(count);
        }
    }

    private void EncodeInStages(ReadOnlySpan<char> segment)
    {
        if (splits.AddPrefixSpace && segment[0] != ' ')
        {
            segment = string.Concat(" ", segment);
        }

        EncodeStage(segment, 0);
    }

    private void EncodeStage(ReadOnlySpan<char> text, int stage)
    {
        if (stage == splits.Stages.Count)
        {
            byte* word = Transcode(text, 0, out int length);
            Ids.Commit(words.Encode(word, length, Ids.Reserve(length + WordCache.MaxTokens)));
            return;
        }

        int done = 0;
        if (splits.Stages[stage] is SplitStage.ByPattern byPattern)
        {
            foreach (PatternMatch match in byPattern.Pattern.EnumerateMatches(text))
            {
                EncodePiece(text[done..match.Index], stage);
                EncodePiece(text[match.Index..match.End], stage);
                done = match.End;
            }
        }
        else if (splits.Stages[stage] is SplitStage.ByCharacter byCharacter)
        {
            for (int at = 0, width; at < text.Length; at += width)
            {
                Rune.DecodeFromUtf16(text[at..], out Rune rune, out width);
                if (byCharacter.IsDelimiter(rune))
                {
                    EncodePiece(text[done..at], stage);
                    EncodePiece(text.Slice(at, width), stage);
                    done = at + width;
                }
            }
        }

        EncodePiece(text[done..], stage);
    }

    private void EncodePiece(ReadOnlySpan<char> piece, int stage)
    {
        if (piece.Length > 0)
        {
            EncodeStage(piece, stage + 1);
        }
    }

    // UTF-8 with room before it, and readable bytes behind it.
    private byte* Transcode(ReadOnlySpan<char> text, int before, out int length)
    {
        int needed = before + (3 * text.Length) + Utf8Points.Padding;
        if (_utf8.Length < needed || (_utf8.Length > KeptBytes && needed <= KeptBytes))
        {
            _utf8 = GC.AllocateUninitializedArray<byte>(Math.Max(needed, Math.Min(2 * _utf8.Length, KeptBytes)), pinned: true);
        }

        Utf8.FromUtf16(text, _utf8.AsSpan(before), out _, out int written);
        length = before + written;
        return (byte*)Unsafe.AsPointer(ref _utf8[0]); // pinned
    }
}
