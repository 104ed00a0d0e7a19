using System.Text.Json;
using Hone.Core.Errors;
using Hone.Core.Random;
using Hone.Core.Runs;
using Hone.Inference.Sampling;
using Hone.Processors.ChatTemplates;

namespace Hone.Inference.Batches;

/// <summary>Generates continuations for a file of prompts into a file of results; can be interrupted at any moment and started again.</summary>
/// <remarks>
/// A row has <c>prompt</c> (a text) or <c>messages</c> (a conversation), and optionally <c>id</c>; everything else in it is carried over. The result has the row's fields and
/// <c>prompt_tokens</c>, <c>completions</c> or, for a row that failed, <c>error</c>. The same settings give the same bytes, interrupted or not.
/// </remarks>
public sealed class BatchGeneration
{
    private static readonly string[] OwnFields = ["id", "prompt_tokens", "completions", "prompt_logprobs", "error"];

    private readonly LanguageModel _model;
    private readonly Engine _engine;
    private readonly GenerationRequest _settings;
    private readonly IFileSystem _files;
    private int _earlier;

    /// <summary>Prepares a batch.</summary>
    /// <param name="model">Renders and encodes prompts.</param>
    /// <param name="engine">Runs them.</param>
    /// <param name="settings">Everything of a request but its prompt and id; the seed of a row follows from this one and the row's id.</param>
    /// <param name="files">The file operations to use.</param>
    public BatchGeneration(LanguageModel model, Engine engine, GenerationRequest settings, IFileSystem files)
    {
        _model = model;
        _engine = engine;
        _settings = settings;
        _files = files;
    }

    /// <summary>Does all rows that are not done yet.</summary>
    /// <param name="input">JSONL file of prompts.</param>
    /// <param name="output">JSONL file of results, begun or continued.</param>
    /// <param name="onProgress">Called after every row.</param>
    /// <param name="cancellation">Stops; what is done stays done.</param>
    /// <returns>The state at the end.</returns>
    /// <exception cref="HoneException">A file cannot be read or written, or the prompts have the same id twice.</exception>
    public async Task<BatchProgress> RunAsync(string input, string output, Action<BatchProgress>? onProgress = null, CancellationToken cancellation = default)
    {
        string[] ids = [.. PromptFile.Read(input).Select(row => row.Id)];
        using var results = new ResultFile(_files, output);
        _earlier = ids.Count(results.Has);
        var rows = new Dictionary<string, PromptRow>(StringComparer.Ordinal); // of the requests under way
        long generated = 0, prompts = 0;
        await foreach (GenerationResult result in _engine.GenerateAsync(Requests(), cancellation))
        {
            PromptRow row = rows[result.Request.Id];
            rows.Remove(result.Request.Id);
            prompts += result.Request.PromptIds.Length - result.CachedPromptTokens;
            generated += result.Texts.Sum(text => (long)text.Ids.Length);
            results.Append(row.Id, result.Error is not null, json => Write(json, row, result));
            onProgress?.Invoke(Progress());
        }

        results.Complete(ids);
        return Progress();

        BatchProgress Progress() => new(ids.Length, ids.Count(results.Has), _earlier, results.Failed, generated, prompts);

        IEnumerable<GenerationRequest> Requests()
        {
            foreach (PromptRow row in PromptFile.Read(input).Where(row => !results.Has(row.Id)))
            {
                if (TryEncode(row, out int[] tokens, out string problem))
                {
                    rows.Add(row.Id, row);
                    yield return _settings with { Id = row.Id, PromptIds = [.. tokens], Seed = new RandomStream(_settings.Seed, "generate").CreateChild(row.Id).NextUInt64() };
                }
                else
                {
                    results.Append(row.Id, isFailure: true, json => WriteFailure(json, row, problem));
                    onProgress?.Invoke(Progress());
                }
            }
        }
    }

    private bool TryEncode(PromptRow row, out int[] tokens, out string problem)
    {
        tokens = [];
        problem = row.Problem ?? "";
        if (row.Problem is not null)
        {
            return false;
        }

        try
        {
            bool hasPrompt = row.Json.TryGetProperty("prompt", out JsonElement prompt), hasMessages = row.Json.TryGetProperty("messages", out _);
            if (hasPrompt == hasMessages || (hasPrompt && prompt.ValueKind != JsonValueKind.String))
            {
                problem = "a row needs either 'prompt', a text, or 'messages', a conversation";
                return false;
            }

            tokens = hasPrompt ? _model.Tokenizer.EncodeIds(prompt.ToString()) : _model.Encode(Answered(Conversation.Read(row.Json)));
            return true;
        }
        catch (Exception e) when (e is HoneException or FormatException)
        {
            problem = e.Message;
            return false;
        }
    }

    // A conversation is there to be answered unless it asks to be continued.
    private static Conversation Answered(Conversation conversation) => conversation with { AddGenerationPrompt = !conversation.ContinueFinalMessage };

    private void Write(Utf8JsonWriter json, PromptRow row, GenerationResult result)
    {
        if (result.Error is not null)
        {
            WriteFailure(json, row, result.Error.Message);
            return;
        }

        WriteRow(json, row);
        json.WriteNumber("prompt_tokens", result.Request.PromptIds.Length);
        if (_settings.PromptLogProbabilities is not null)
        {
            WriteScores(json, "prompt_logprobs", result.PromptScores);
        }

        json.WriteStartArray("completions");
        foreach (GeneratedText text in result.Texts)
        {
            json.WriteStartObject();
            json.WriteString("text", text.Text);
            json.WriteString("finish_reason", text.FinishReason == FinishReason.Stop ? "stop" : "length");
            json.WriteNumber("tokens", text.Ids.Length);
            if (text.StopText is not null)
            {
                json.WriteString("stop", text.StopText);
            }

            if (text.BeamScore is { } score)
            {
                json.WriteNumber("score", score);
            }

            if (_settings.LogProbabilities is not null)
            {
                WriteScores(json, "logprobs", text.Scores);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteFailure(Utf8JsonWriter json, PromptRow row, string problem)
    {
        WriteRow(json, row);
        json.WriteString("error", problem);
    }

    private static void WriteRow(Utf8JsonWriter json, PromptRow row)
    {
        if (row.Json.ValueKind == JsonValueKind.Object && row.Problem is null && row.Json.TryGetProperty("id", out JsonElement id))
        {
            json.WritePropertyName("id");
            id.WriteTo(json);
        }
        else
        {
            json.WriteString("id", row.Id);
        }

        if (row.Json.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty property in row.Json.EnumerateObject().Where(property => !OwnFields.Contains(property.Name)))
            {
                property.WriteTo(json);
            }
        }
    }

    private void WriteScores(Utf8JsonWriter json, string name, IEnumerable<TokenScore> scores)
    {
        json.WriteStartArray(name);
        foreach (TokenScore score in scores)
        {
            json.WriteStartObject();
            WriteToken(json, score.Token);
            if (!score.Alternatives.IsEmpty)
            {
                json.WriteStartArray("top");
                foreach (TokenLogProbability alternative in score.Alternatives)
                {
                    json.WriteStartObject();
                    WriteToken(json, alternative);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void WriteToken(Utf8JsonWriter json, TokenLogProbability token)
    {
        json.WriteNumber("id", token.Token);
        json.WriteString("token", _model.Tokenizer.TokenOf(token.Token));
        if (double.IsFinite(token.LogProbability))
        {
            json.WriteNumber("logprob", token.LogProbability);
        }
        else
        {
            json.WriteNull("logprob"); // impossible; JSON has no infinity
        }
    }
}
