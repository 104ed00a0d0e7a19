using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hone.Pipelines.Reports;

/// <summary>Writes a report as JSON: every property under its name in snake_case.</summary>
internal static class ReportJson
{
    private static readonly JsonSerializerOptions s_json = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // goes to a file or a program, never into HTML
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    /// <summary>Writes the object.</summary>
    public static byte[] Write<T>(T report) => [.. JsonSerializer.SerializeToUtf8Bytes(report, s_json), (byte)'\n'];
}
