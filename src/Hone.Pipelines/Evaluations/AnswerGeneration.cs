using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Hone.Core.Errors;
using Hone.Core.Runs;
using Hone.Core.Stages;
using Hone.Inference;
using Hone.Inference.Batches;

namespace Hone.Pipelines.Evaluations;

/// <summary>Lets a model answer questions; what is answered when it is interrupted stays answered.</summary>
/// <param name="context">The running stage.</param>
/// <param name="settings">Sampling, limits and adapter of every request.</param>
internal sealed class AnswerGeneration(RunContext context, GenerationRequest settings)
{
    private const string FolderName = "generation";
    private const string PromptsName = "prompts.jsonl";
    private const string ResultsName = "results.jsonl";
    private const string KeyName = "key.txt";

    private static readonly JsonWriterOptions s_writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Answers every question.</summary>
    /// <returns>The answers, in the order of the questions.</returns>
    /// <exception cref="HoneException">The model cannot answer such questions, or a file cannot be written.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; a later call goes on.</exception>
    public IReadOnlyList<GeneratedAnswer> Run(LanguageModel model, Engine engine, IReadOnlyList<EvaluationItem> items)
    {
        if (model.Template is null && items.Any(item => item.Prompt is null))
        {
            throw new HoneException("This model has no chat template.", model.Location, "the rows are conversations", "use an instruct version of the model, or rows with a prompt and a completion");
        }

        string folder = Path.Combine(context.Folder, FolderName);
        Directory.CreateDirectory(folder);
        string prompts = Path.Combine(folder, PromptsName), results = Path.Combine(folder, ResultsName);
        byte[] rows = WritePrompts(items);
        DropOthers(folder, results, rows);
        AtomicFile.Write(context.Files, prompts, rows);
        new BatchGeneration(model, engine, settings, context.Files)
            .RunAsync(prompts, results, progress => context.ReportStep(progress.Done, progress.Rows, "answers"), context.CancellationToken).GetAwaiter().GetResult(); // a stage waits for its work
        return ReadResults(results, items.Count);
    }

    /// <summary>Answers to other questions, of another model or under other settings are not gone on from.</summary>
    private void DropOthers(string folder, string results, byte[] prompts)
    {
        string path = Path.Combine(folder, KeyName);
        string text = $"{context.HashInputs()} {Convert.ToHexStringLower(SHA256.HashData(prompts))} {settings.MaxTokens} {settings.Seed} {settings.Sampling.Temperature:R} {settings.Sampling.TopP:R}";
        if (File.Exists(results) && !(File.Exists(path) && File.ReadAllText(path) == text))
        {
            context.Files.Delete(results);
        }

        AtomicFile.Write(context.Files, path, Encoding.UTF8.GetBytes(text));
    }

    private static byte[] WritePrompts(IReadOnlyList<EvaluationItem> items)
    {
        using var rows = new MemoryStream();
        for (int i = 0; i < items.Count; i++)
        {
            using (var json = new Utf8JsonWriter(rows, s_writing))
            {
                json.WriteStartObject();
                json.WriteString("id", $"{i}");
                if (items[i].Prompt is { } prompt)
                {
                    json.WriteString("prompt", prompt);
                }
                else
                {
                    json.WritePropertyName("messages");
                    items[i].Messages.WriteTo(json);
                }

                json.WriteEndObject();
            }

            rows.WriteByte((byte)'\n');
        }

        return rows.ToArray();
    }

    private static GeneratedAnswer[] ReadResults(string path, int count)
    {
        var answers = new GeneratedAnswer[count];
        using var reader = new JsonLinesReader(path);
        for (int i = 0; reader.Read(out ReadOnlySpan<byte> line, validate: true); i++)
        {
            var json = new Utf8JsonReader(line);
            answers[i] = Read(JsonElement.ParseValue(ref json));
        }

        return answers;
    }

    private static GeneratedAnswer Read(JsonElement row)
    {
        if (row.TryGetProperty("error", out JsonElement error))
        {
            return new GeneratedAnswer("", 0, 0, IsTruncated: true, error.GetString());
        }

        JsonElement completion = row.GetProperty("completions")[0];
        return new GeneratedAnswer(
            completion.GetProperty("text").GetString() ?? "",
            row.GetProperty("prompt_tokens").GetInt32(),
            completion.GetProperty("tokens").GetInt32(),
            completion.GetProperty("finish_reason").ValueEquals("length"),
            null);
    }
}
