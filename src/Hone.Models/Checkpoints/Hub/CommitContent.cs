using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Hone.Models.Checkpoints.Hub;

/// <summary>A commit as lines of JSON: a header, small files with their content, large ones by their hash. Written file by file, never held as a whole.</summary>
internal sealed class CommitContent : HttpContent
{
    private const int BlockBytes = 3 << 14; // a multiple of 3, so that blocks of Base64 join without padding

    private static readonly JsonSerializerOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly string _message;
    private readonly string _description;
    private readonly IReadOnlyList<LocalFile> _files;

    public CommitContent(string message, string description, IReadOnlyList<LocalFile> files)
    {
        _message = message;
        _description = description;
        _files = files;
        Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");
    }

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        await WriteAsync(stream, JsonSerializer.Serialize(new { key = "header", value = new { summary = _message, description = _description } }, s_json) + "\n");
        foreach (LocalFile file in _files)
        {
            if (file.IsLarge)
            {
                await WriteAsync(stream, JsonSerializer.Serialize(new { key = "lfsFile", value = new { path = file.Path, algo = "sha256", oid = file.Sha256, size = file.SizeBytes } }, s_json) + "\n");
            }
            else
            {
                await WriteAsync(stream, "{\"key\":\"file\",\"value\":{\"path\":" + JsonSerializer.Serialize(file.Path, s_json) + ",\"encoding\":\"base64\",\"content\":\"");
                await WriteContentAsync(stream, file);
                await WriteAsync(stream, "\"}}\n");
            }
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    private static async Task WriteContentAsync(Stream stream, LocalFile file)
    {
        await using FileStream content = file.Open();
        var block = new byte[BlockBytes];
        int read;
        while ((read = await content.ReadAtLeastAsync(block, block.Length, throwOnEndOfStream: false)) > 0)
        {
            await WriteAsync(stream, Convert.ToBase64String(block, 0, read));
        }
    }

    private static Task WriteAsync(Stream stream, string text) => stream.WriteAsync(Encoding.UTF8.GetBytes(text)).AsTask();
}
