using System.CommandLine;
using System.Text.Json;
using Hone.Cli.Rendering;
using Hone.Core.Errors;
using Hone.Inference;
using Hone.Processors.ChatTemplates;

namespace Hone.Cli.Commands;

/// <summary><c>hone template MODEL</c>: how a conversation looks to a model, as text and as tokens.</summary>
internal static class TemplateCommand
{
    public static Command Create(CliHost host)
    {
        var model = new Argument<string>("model") { HelpName = "MODEL", Description = "The model: a folder with its files, a .gguf file, or ORG/NAME on the hub." };
        var messages = new Option<string>("--messages") { Description = "The conversation: JSON with an array of messages, or an object with messages and tools.", HelpName = "FILE", Required = true };
        var tools = new Option<string?>("--tools") { Description = "Tools that the model may call: JSON with an array of schemas.", HelpName = "FILE" };
        var documents = new Option<string?>("--documents") { Description = "Documents to answer from: JSON with an array of objects with title and text.", HelpName = "FILE" };
        var name = new Option<string?>("--name") { Description = "Which template, if the model has several.", HelpName = "NAME" };
        var sets = new Option<string[]>("--set") { Description = "A variable for the template, e.g. enable_thinking=false; may be given several times.", HelpName = "NAME=VALUE" };
        var noPrompt = new Option<bool>("--no-generation-prompt") { Description = "Do not open the turn of the assistant at the end." };
        var continues = new Option<bool>("--continue") { Description = "End inside the last message, so that the model goes on with it." };
        var escape = new Option<bool>("--escape-control-tokens") { Description = "Encode control tokens inside messages as ordinary text." };
        Option<bool> json = RunCommand.CreateJsonOption("Print one JSON object with the text, the tokens and which of them are the assistant's.");
        var command = new Command("template", "Show how a conversation looks to a model: text, tokens, and which tokens are the assistant's.")
        {
            model, messages, tools, documents, name, sets, noPrompt, continues, escape, json,
        };
        command.SetAction(parse =>
        {
            Conversation conversation = ReadConversation(parse.GetRequiredValue(messages)) with { AddGenerationPrompt = !parse.GetValue(noPrompt) && !parse.GetValue(continues), ContinueFinalMessage = parse.GetValue(continues) };
            conversation = parse.GetValue(tools) is { } toolFile ? conversation with { Tools = ReadArray(toolFile) } : conversation;
            conversation = parse.GetValue(documents) is { } documentFile ? conversation with { Documents = ReadArray(documentFile) } : conversation;
            conversation = conversation with { Variables = Merge(conversation.Variables, parse.GetValue(sets) ?? []) };
            ChatTokenizer chat = ModelChat.Load(ModelArgument.Resolve(host, parse.GetRequiredValue(model)), parse.GetValue(name), conversation.Tools is not null);
            TokenizedChat tokenized = chat.Tokenize(conversation, parse.GetValue(escape));
            if (parse.GetValue(json))
            {
                host.Out.WriteLine(ChatTokenText.WriteJson(chat, tokenized));
            }
            else
            {
                ChatTokenText.Write(chat, tokenized, host.Out, host.IsOutTerminal);
            }

            return ExitCodes.Done;
        });
        return command;
    }

    private static Conversation ReadConversation(string path)
    {
        try
        {
            return Conversation.Read(ReadJson(path));
        }
        catch (FormatException e)
        {
            throw new HoneException("The file holds no conversation.", path, e.Message, "write [{\"role\": \"user\", \"content\": \"Hello\"}]", e);
        }
    }

    private static JsonElement ReadArray(string path)
    {
        JsonElement json = ReadJson(path);
        return json.ValueKind == JsonValueKind.Array ? json : throw new HoneException("The file must hold an array.", path, $"the top is {json.ValueKind}", "put [ and ] around the objects");
    }

    private static JsonElement ReadJson(string path)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllText(path));
            return document.RootElement.Clone();
        }
        catch (JsonException e)
        {
            throw new HoneException("The file is no JSON.", $"{path}:{e.LineNumber + 1}:{e.BytePositionInLine + 1}", e.Message, "correct it at this place", e);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new HoneException("There is no such file.", path, "", "give the path of a JSON file", e);
        }
    }

    /// <summary>A value is JSON where it can be read as such, else text.</summary>
    private static Dictionary<string, JsonElement> Merge(IReadOnlyDictionary<string, JsonElement> variables, string[] sets)
    {
        var merged = new Dictionary<string, JsonElement>(variables);
        foreach (string set in sets)
        {
            int equals = set.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                throw new UsageException($"--set takes NAME=VALUE, got '{set}'.", "--set enable_thinking=false");
            }

            merged[set[..equals]] = ReadValue(set[(equals + 1)..]);
        }

        return merged;
    }

    private static JsonElement ReadValue(string text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return JsonSerializer.SerializeToElement(text);
        }
    }
}
