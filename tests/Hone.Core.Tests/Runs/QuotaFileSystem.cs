using Hone.Core.Runs;

namespace Hone.Core.Tests.Runs;

/// <summary>A disk with room for a given number of bytes, or one that loses power before a given operation.</summary>
public sealed class QuotaFileSystem(long bytes, int operations = int.MaxValue) : IFileSystem
{
    private const int NoSpaceLeft = 28; // ENOSPC

    private readonly PhysicalFileSystem _disk = new();
    private long _bytes = bytes;
    private int _operations = operations;

    public Stream Create(string path)
    {
        Count();
        return new QuotaStream(this, _disk.Create(path));
    }

    public Stream OpenOrCreate(string path)
    {
        Count();
        return new QuotaStream(this, _disk.OpenOrCreate(path));
    }

    public void FlushToDisk(Stream stream)
    {
        Count();
        stream.Flush(); // the process lives on, so the operating system's cache is disk enough
    }

    public void Replace(string from, string to)
    {
        Count();
        File.Move(from, to, overwrite: true);
    }

    public void Delete(string path)
    {
        if (_operations > 0)
        {
            _disk.Delete(path);
        }
    }

    private void Count()
    {
        if (_operations-- <= 0)
        {
            throw new PowerLossException();
        }
    }

    public sealed class PowerLossException() : Exception("the power failed");

    private sealed class QuotaStream(QuotaFileSystem owner, Stream inner) : Stream
    {
        public override bool CanRead => inner.CanRead;

        public override bool CanSeek => inner.CanSeek;

        public override bool CanWrite => inner.CanWrite;

        public override long Length => inner.Length;

        public override long Position { get => inner.Position; set => inner.Position = value; }

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

        public override long Seek(long offset, SeekOrigin origin) => inner.Seek(offset, origin);

        public override void SetLength(long value) => inner.SetLength(value);

        public override void Write(byte[] buffer, int offset, int count)
        {
            int fits = (int)Math.Min(count, owner._bytes);
            inner.Write(buffer, offset, fits);
            owner._bytes -= fits;
            if (fits < count)
            {
                throw new IOException("No space left on device", NoSpaceLeft);
            }
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                inner.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
