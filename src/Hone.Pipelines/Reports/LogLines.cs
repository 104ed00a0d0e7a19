namespace Hone.Pipelines.Reports;

/// <summary>Reads the lines of a log that a run may still be writing: bounded memory, and every line that cannot be read is counted.</summary>
internal sealed class LogLines
{
    private const int MaxLineBytes = 1 << 20; // Hone's own lines have a few hundred bytes
    private const int BlockBytes = 1 << 16;
    private const byte NewLine = (byte)'\n';

    /// <summary>Number of lines that are no JSON object or are too long.</summary>
    public long Unreadable { get; private set; }

    /// <summary>Number of the first of them, from 1.</summary>
    public long FirstUnreadable { get; private set; }

    /// <summary>Whether the file ends in the middle of a line, as after a kill.</summary>
    public bool IsTorn { get; private set; }

    /// <summary>Reads a file from its beginning.</summary>
    /// <param name="path">The file.</param>
    /// <param name="take">Reads a line; returns whether it could.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public void Read(string path, Func<ReadOnlyMemory<byte>, bool> take)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, BlockBytes, FileOptions.SequentialScan);
        byte[] block = new byte[BlockBytes];
        var line = new MemoryStream();
        bool isTooLong = false;
        long number = 1;
        for (int count = file.Read(block); count > 0; count = file.Read(block))
        {
            int start = 0;
            for (int end = IndexOfNewLine(block, start, count); end >= 0; end = IndexOfNewLine(block, start, count))
            {
                line.Write(block, start, end - start);
                Note(number++, !isTooLong && line.Length <= MaxLineBytes && take(line.GetBuffer().AsMemory(0, (int)line.Length)));
                line.SetLength(0);
                isTooLong = false;
                start = end + 1;
            }

            isTooLong |= line.Length + count - start > MaxLineBytes;
            if (isTooLong)
            {
                line.SetLength(0);
            }
            else
            {
                line.Write(block, start, count - start);
            }
        }

        IsTorn = line.Length > 0 || isTooLong;
    }

    private static int IndexOfNewLine(byte[] block, int start, int end)
    {
        int index = block.AsSpan(start, end - start).IndexOf(NewLine);
        return index < 0 ? -1 : start + index;
    }

    private void Note(long number, bool isRead)
    {
        if (!isRead)
        {
            Unreadable++;
            FirstUnreadable = FirstUnreadable == 0 ? number : FirstUnreadable;
        }
    }

    /// <summary>Sentences about what could not be read.</summary>
    /// <param name="name">What the file is called.</param>
    public IEnumerable<string> Notes(string name)
    {
        if (Unreadable > 0)
        {
            yield return $"{name}: {Unreadable:N0} {(Unreadable == 1 ? "line" : "lines")} could not be read and {(Unreadable == 1 ? "is" : "are")} left out; the first is line {FirstUnreadable:N0}";
        }

        if (IsTorn)
        {
            yield return $"{name}: the last line is incomplete and is left out";
        }
    }
}
