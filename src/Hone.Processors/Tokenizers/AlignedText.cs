using System.Text;
using Hone.Processors.Tokenizers.Unicode;

namespace Hone.Processors.Tokenizers;

/// <summary>A text that normalizers rewrite while every UTF-16 unit of it remembers which code points of the original it stands for.</summary>
/// <remarks>
/// Source: the alignment rules of Hugging Face <c>tokenizers</c> (<c>NormalizedString</c>), which fixtures compare exactly. A slice shares the
/// buffers of the text it was cut from; rewriting makes new ones.
/// </remarks>
internal sealed class AlignedText
{
    private char[] _chars;
    private int[] _starts;
    private int[] _ends;
    private int _offset;
    private int _length;

    private AlignedText(char[] chars, int[] starts, int[] ends, int offset, int length, int originalStart, int originalEnd)
    {
        _chars = chars;
        _starts = starts;
        _ends = ends;
        _offset = offset;
        _length = length;
        OriginalStart = originalStart;
        OriginalEnd = originalEnd;
    }

    /// <summary>The text as it stands now.</summary>
    public ReadOnlySpan<char> Text => _chars.AsSpan(_offset, _length);

    /// <summary>UTF-16 units.</summary>
    public int Length => _length;

    /// <summary>First code point of the original that this text covers.</summary>
    public int OriginalStart { get; }

    /// <summary>One past the last code point of the original that this text covers.</summary>
    public int OriginalEnd { get; }

    /// <summary>A text that is its own original.</summary>
    /// <param name="text">Well-formed UTF-16.</param>
    public static AlignedText Create(string text)
    {
        var starts = new int[text.Length];
        var ends = new int[text.Length];
        int point = 0;
        for (int i = 0; i < text.Length; i++, point++)
        {
            (starts[i], ends[i]) = (point, point + 1);
            if (char.IsHighSurrogate(text[i]))
            {
                i++;
                (starts[i], ends[i]) = (point, point + 1);
            }
        }

        return new AlignedText(text.ToCharArray(), starts, ends, 0, text.Length, 0, point);
    }

    /// <summary>First original code point of the unit at <paramref name="index"/>.</summary>
    public int StartAt(int index) => _starts[_offset + index];

    /// <summary>One past the last original code point of the unit at <paramref name="index"/>.</summary>
    public int EndAt(int index) => _ends[_offset + index];

    /// <summary>The part from <paramref name="start"/> to <paramref name="end"/>, in UTF-16 units; it shares this text's buffers.</summary>
    public AlignedText Slice(int start, int end)
    {
        (int originalStart, int originalEnd) = start == end ? (OriginalStart, OriginalStart) : (StartAt(start), EndAt(end - 1));
        return new AlignedText(_chars, _starts, _ends, _offset + start, end - start, originalStart, originalEnd);
    }

    /// <summary>Rewrites the whole text.</summary>
    /// <param name="changes">Every code point of the new text.</param>
    /// <param name="removedFirst">Code points that are gone from the very beginning.</param>
    public void Transform(List<CharChange> changes, int removedFirst = 0)
    {
        var next = new Rewriter(this, changes.Count);
        next.Skip(removedFirst);
        foreach (CharChange change in changes)
        {
            next.Append(change.Rune, change.Delta);
        }

        next.Finish();
    }

    /// <summary>Keeps the part from <paramref name="start"/> to <paramref name="end"/>; what it covers of the original stays the same.</summary>
    public void Cut(int start, int end)
    {
        _offset += start;
        _length = end - start;
    }

    /// <summary>Keeps the code points that pass the test.</summary>
    public void Filter(Func<Rune, bool> keep)
    {
        var changes = new List<CharChange>(_length);
        int removed = 0;
        int removedFirst = 0;
        foreach (Rune rune in Text.EnumerateRunes())
        {
            if (keep(rune))
            {
                Settle();
                changes.Add(new CharChange(rune, 0));
            }
            else
            {
                removed++;
            }
        }

        Settle();
        if (removedFirst > 0 || changes.Exists(change => change.Delta != 0) || (changes.Count == 0 && _length > 0))
        {
            Transform(changes, removedFirst);
        }

        // What was removed belongs to the kept code point before it, or to the beginning.
        void Settle()
        {
            if (removed > 0 && changes.Count > 0)
            {
                changes[^1] = changes[^1] with { Delta = -removed };
            }
            else
            {
                removedFirst += removed;
            }

            removed = 0;
        }
    }

    /// <summary>Replaces every code point by another.</summary>
    public void Map(Func<Rune, Rune> map)
    {
        var changes = new List<CharChange>(_length);
        bool changed = false;
        foreach (Rune rune in Text.EnumerateRunes())
        {
            Rune mapped = map(rune);
            changed |= mapped != rune;
            changes.Add(new CharChange(mapped, 0));
        }

        if (changed)
        {
            Transform(changes);
        }
    }

    /// <summary>Puts <paramref name="prefix"/> in front, aligned with the first code point; an empty text stays empty.</summary>
    public void Prepend(string prefix)
    {
        if (_length == 0 || prefix.Length == 0)
        {
            return;
        }

        var next = new Rewriter(this, _length + prefix.Length);
        int delta = 0;
        foreach (Rune rune in prefix.EnumerateRunes())
        {
            next.Append(rune, delta);
            delta = 1;
        }

        next.Append(CodePoint.At(Text, 0), 1);
        next.CopyRest();
        next.Finish();
    }

    /// <summary>Puts <paramref name="suffix"/> behind the text, aligned with the last code point; an empty text stays empty.</summary>
    public void Append(string suffix)
    {
        if (_length == 0 || suffix.Length == 0)
        {
            return;
        }

        var next = new Rewriter(this, _length + suffix.Length);
        next.CopyRest();
        foreach (Rune rune in suffix.EnumerateRunes())
        {
            next.Append(rune, 1);
        }

        next.Finish();
    }

    /// <summary>Replaces each match by <paramref name="content"/>, aligned with the last code point that it replaces.</summary>
    /// <param name="pattern">What is replaced.</param>
    /// <param name="content">What comes in its place.</param>
    public void Replace(TextPattern pattern, string content)
    {
        List<SplitSpan> spans = pattern.Cut(Text);
        if (!spans.Exists(span => span.IsMatch))
        {
            return;
        }

        var next = new Rewriter(this, _length);
        foreach (SplitSpan span in spans)
        {
            if (!span.IsMatch)
            {
                next.CopyTo(span.End);
                continue;
            }

            next.SkipTo(span.End);
            foreach (Rune rune in content.EnumerateRunes())
            {
                next.Append(rune, 1);
            }
        }

        next.Finish();
    }

    /// <inheritdoc/>
    public override string ToString() => Text.ToString();

    /// <summary>Builds the next text from the present one, left to right.</summary>
    private ref struct Rewriter(AlignedText source, int capacity)
    {
        private char[] _chars = new char[Math.Max(capacity, 4)];
        private int[] _starts = new int[Math.Max(capacity, 4)];
        private int[] _ends = new int[Math.Max(capacity, 4)];
        private int _count;
        private int _cursor;

        public void Skip(int codePoints)
        {
            for (; codePoints > 0 && _cursor < source._length; codePoints--)
            {
                _cursor += CodePoint.LengthAt(source.Text, _cursor);
            }
        }

        public void SkipTo(int index) => _cursor = index;

        public void CopyTo(int index)
        {
            int count = index - _cursor;
            Reserve(count);
            int from = source._offset + _cursor;
            Array.Copy(source._chars, from, _chars, _count, count);
            Array.Copy(source._starts, from, _starts, _count, count);
            Array.Copy(source._ends, from, _ends, _count, count);
            _count += count;
            _cursor = index;
        }

        public void CopyRest() => CopyTo(source._length);

        public void Append(Rune rune, int delta)
        {
            if (delta > 0)
            {
                Add(rune, _cursor - 1);
                return;
            }

            Add(rune, Math.Min(_cursor, source._length - 1));
            Skip(1 - delta);
        }

        public void Finish()
        {
            (source._chars, source._starts, source._ends) = (_chars, _starts, _ends);
            (source._offset, source._length) = (0, _count);
        }

        private void Add(Rune rune, int alignedWith)
        {
            (int start, int end) = alignedWith < 0
                ? (source.OriginalStart, source.OriginalStart)
                : (source._starts[source._offset + alignedWith], source._ends[source._offset + alignedWith]);
            Reserve(2);
            int units = rune.EncodeToUtf16(_chars.AsSpan(_count));
            for (int i = 0; i < units; i++, _count++)
            {
                (_starts[_count], _ends[_count]) = (start, end);
            }
        }

        private void Reserve(int count)
        {
            if (_count + count > _chars.Length)
            {
                GrowthLimit.Check(_count + (long)count, source.OriginalEnd - source.OriginalStart);
                int size = Math.Max(_count + count, 2 * _chars.Length);
                Array.Resize(ref _chars, size);
                Array.Resize(ref _starts, size);
                Array.Resize(ref _ends, size);
            }
        }
    }
}
