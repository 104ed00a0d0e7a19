using System.Net;

namespace Hone.Models.Checkpoints.Hub;

/// <summary>A part of a file as the body of a request.</summary>
internal sealed class FilePartContent(LocalFile file, long start, long length, Action<long> sent) : HttpContent
{
    private const int BufferBytes = 1 << 18;

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        await using FileStream content = file.Open();
        content.Position = start;
        var buffer = new byte[BufferBytes];
        for (long left = length; left > 0;)
        {
            int read = await content.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, left)));
            if (read == 0)
            {
                throw new HubException(HubFailure.Disk, "A file became shorter while it was sent.", file.Path, $"expected {file.SizeBytes:N0} bytes", "do not change the folder while it is sent");
            }

            await stream.WriteAsync(buffer.AsMemory(0, read));
            left -= read;
            sent(start + length - left);
        }
    }

    protected override bool TryComputeLength(out long computed)
    {
        computed = length;
        return true;
    }
}
