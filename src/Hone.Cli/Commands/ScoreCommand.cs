using System.CommandLine;
using Hone.Cli.Rendering;
using Hone.Inference;
using Hone.Inference.Adapters;

namespace Hone.Cli.Commands;

/// <summary><c>hone score MODEL &lt; texts</c>: how probable a model finds texts, token by token.</summary>
internal static class ScoreCommand
{
    public static Command Create(CliHost host)
    {
        Argument<string> model = EngineArguments.CreateModel();
        var engine = new EngineArguments();
        var adapter = new Option<string?>("--adapter") { HelpName = "DIR", Description = "LoRA adapter to apply." };
        var bare = new Option<bool>("--no-special-tokens") { Description = "Score the texts as they are, without the tokenizer's begin and end tokens." };
        var command = new Command("score", "Log-probabilities of texts: one line of standard input each, one JSON line of results each.") { model, adapter, bare };
        engine.AddTo(command);
        command.SetAction(parse =>
        {
            using LanguageModel loaded = LanguageModel.Load(ModelArgument.Resolve(host, parse.GetValue(model)!), engine.ReadLoad(parse)); // required
            using EngineAdapter? lora = parse.GetValue(adapter) is { } folder ? EngineAdapter.Load(folder, loaded.Model) : null;
            using var running = new Engine(loaded, engine.Read(parse));
            return Score(host, loaded, running, lora, !parse.GetValue(bare));
        });
        return command;
    }

    private static int Score(CliHost host, LanguageModel model, Engine engine, EngineAdapter? adapter, bool addSpecialTokens)
    {
        var ready = new Dictionary<long, GenerationResult>(); // results come as they are done, and are written in the order of the texts
        long next = 0, failed = 0, tokens = 0;
        double nll = 0;
        IEnumerable<GenerationRequest> requests = TextLines.Read(host.In).Select((text, i) => new GenerationRequest
        {
            Id = $"{i}",
            PromptIds = [.. model.Tokenizer.EncodeIds(text, addSpecialTokens)],
            MaxTokens = 0,
            PromptLogProbabilities = 0,
            Adapter = adapter,
        });
        foreach (GenerationResult result in engine.GenerateAsync(requests, host.Cancellation).ToBlockingEnumerable(host.Cancellation))
        {
            ready.Add(long.Parse(result.Request.Id), result);
            while (ready.Remove(next, out GenerationResult? one))
            {
                host.Out.WriteLine(Line(model, next++, one));
                failed += one.Error is null ? 0 : 1;
                tokens += one.PromptScores.Length;
                nll -= one.PromptScores.Sum(score => score.Token.LogProbability);
            }
        }

        host.Error.WriteLine($"{next} texts, {tokens} tokens scored{(tokens > 0 ? $", perplexity {Math.Exp(nll / tokens):0.####}" : "")}{(failed > 0 ? $", {failed} failed" : "")}");
        return failed > 0 ? ExitCodes.Failed : ExitCodes.Done;
    }

    private static string Line(LanguageModel model, long index, GenerationResult result) => JsonLine.Write(json =>
    {
        json.WriteNumber("index", index);
        if (result.Error is not null)
        {
            json.WriteString("error", result.Error.Message);
            return;
        }

        json.WriteStartArray("ids");
        foreach (int id in result.Request.PromptIds)
        {
            json.WriteNumberValue(id);
        }

        json.WriteEndArray();
        json.WriteStartArray("tokens");
        foreach (int id in result.Request.PromptIds)
        {
            json.WriteStringValue(model.Tokenizer.TokenOf(id));
        }

        json.WriteEndArray();
        json.WriteStartArray("logprobs"); // of the second token and those behind it
        foreach (double value in result.PromptScores.Select(score => score.Token.LogProbability))
        {
            json.WriteNumberValue(value);
        }

        json.WriteEndArray();
        double nll = 0 - result.PromptScores.Sum(score => score.Token.LogProbability);
        json.WriteNumber("nll", nll);
        if (result.PromptScores.Length > 0)
        {
            json.WriteNumber("perplexity", Math.Exp(nll / result.PromptScores.Length));
        }
        else
        {
            json.WriteNull("perplexity");
        }
    });
}
