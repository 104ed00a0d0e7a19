using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hone.Core.Errors;
using Hone.Inference;
using Hone.Inference.Adapters;
using Hone.Processors.ChatTemplates;

namespace Hone.Cli.Commands;

/// <summary><c>hone chat MODEL</c>: a conversation on the terminal, or with lines from a pipe.</summary>
internal sealed class ChatCommand
{
    private readonly CliHost _host;
    private readonly SamplingArguments _sampling = new();
    private readonly EngineArguments _engine = new();
    private readonly Argument<string> _model = EngineArguments.CreateModel();
    private readonly Option<string?> _system = new("--system") { HelpName = "TEXT", Description = "What the model is told before the conversation." };
    private readonly Option<string?> _adapter = new("--adapter") { HelpName = "DIR", Description = "LoRA adapter to apply." };
    private readonly Option<int?> _maxTokens = new("--max-tokens") { HelpName = "N", Description = "Most tokens of an answer; as many as fit if not given." };

    private ChatCommand(CliHost host)
    {
        _host = host;
    }

    public static Command Create(CliHost host)
    {
        var options = new ChatCommand(host);
        var command = new Command("chat", "Talk with a model; lines from a pipe are answered one by one.") { options._model, options._system, options._adapter, options._maxTokens };
        options._sampling.AddTo(command);
        options._engine.AddTo(command);
        command.SetAction(options.Run);
        return command;
    }

    private int Run(ParseResult parse)
    {
        using LanguageModel model = LanguageModel.Load(ModelArgument.Resolve(_host, parse.GetValue(_model)!), _engine.ReadLoad(parse)); // required
        using EngineAdapter? adapter = parse.GetValue(_adapter) is { } folder ? EngineAdapter.Load(folder, model.Model) : null;
        if (model.Template is null)
        {
            throw new HoneException("This model cannot chat.", model.Location, "it has no chat template", "use an instruct version of it, or hone generate with prompts");
        }

        using var engine = new Engine(model, _engine.Read(parse) with { MaxSequences = 1 });
        var settings = new GenerationRequest
        {
            PromptIds = [],
            Sampling = _sampling.Read(parse, model.Defaults),
            Seed = _sampling.SeedOf(parse),
            MaxTokens = parse.GetValue(_maxTokens),
            Adapter = adapter,
            OnUpdate = update =>
            {
                _host.Out.Write(update.Text);
                _host.Out.Flush();
            },
        };
        return Talk(model, engine, settings, parse.GetValue(_system));
    }

    private int Talk(LanguageModel model, Engine engine, GenerationRequest settings, string? system)
    {
        var messages = new JsonArray();
        Reset(messages, system);
        bool hasFailed = false;
        if (_host.IsInputTerminal)
        {
            _host.Error.WriteLine("Type a message; /reset forgets the conversation, /system TEXT begins a new one with an instruction, /exit ends.");
        }

        while (Read() is { } line)
        {
            if (line.StartsWith('/'))
            {
                if (!Command(line, messages, ref system))
                {
                    break;
                }
            }
            else if (line.Length > 0)
            {
                hasFailed |= !Answer(model, engine, settings, messages, line);
            }
        }

        return hasFailed ? ExitCodes.Failed : ExitCodes.Done;
    }

    private string? Read()
    {
        if (_host.IsInputTerminal)
        {
            _host.Error.Write("> ");
            _host.Error.Flush();
        }

        return _host.In.ReadLine()?.Trim();
    }

    private bool Answer(LanguageModel model, Engine engine, GenerationRequest settings, JsonArray messages, string line)
    {
        messages.Add(Message("user", line));
        try
        {
            int[] prompt = model.Encode(new Conversation { Messages = JsonSerializer.SerializeToElement(messages), AddGenerationPrompt = true });
            GenerationResult result = engine.GenerateAsync(settings with { PromptIds = [.. prompt] }, _host.Cancellation).GetAwaiter().GetResult();
            if (result.Error is not null)
            {
                throw result.Error;
            }

            _host.Out.WriteLine();
            _host.Out.Flush();
            messages.Add(Message("assistant", result.Texts[0].Text));
            return true;
        }
        catch (HoneException e)
        {
            // The conversation goes on without the message that could not be answered.
            messages.RemoveAt(messages.Count - 1);
            _host.Error.WriteLine($"error: {e.Message}");
            return false;
        }
    }

    // Returns false to end the conversation.
    private bool Command(string line, JsonArray messages, ref string? system)
    {
        string name = line.Split(' ')[0], rest = line[name.Length..].Trim();
        switch (name)
        {
            case "/exit" or "/quit":
                return false;
            case "/reset":
                Reset(messages, system);
                break;
            case "/system":
                system = rest.Length > 0 ? rest : null;
                Reset(messages, system);
                break;
            default:
                _host.Error.WriteLine($"error: there is no command '{name}'; commands: /reset, /system TEXT, /exit");
                break;
        }

        return true;
    }

    private static void Reset(JsonArray messages, string? system)
    {
        messages.Clear();
        if (system is not null)
        {
            messages.Add(Message("system", system));
        }
    }

    private static JsonObject Message(string role, string content) => new() { ["role"] = role, ["content"] = content };
}
