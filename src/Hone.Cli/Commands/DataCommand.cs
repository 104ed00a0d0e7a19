using System.CommandLine;
using Hone.Cli.Rendering;
using Hone.Core.Random;
using Hone.Core.Registry;
using Hone.Data.Datasets;
using Hone.Data.Formats;
using Hone.Inference;
using Hone.Processors.ChatTemplates;

namespace Hone.Cli.Commands;

/// <summary><c>hone data show FILE</c> and <c>hone data show RECIPE</c>: what a careful person looks at before a training run.</summary>
internal static class DataCommand
{
    private const int DefaultRows = 3;

    public static Command Create(CliHost host)
    {
        var command = new Command("data", "Look at training data.");
        command.Subcommands.Add(CreateShow(host));
        return command;
    }

    private static Command CreateShow(CliHost host)
    {
        var file = new Argument<string>("file") { HelpName = "FILE|RECIPE", Description = "The data: .jsonl, .json, .csv or .tsv, or a dataset_info.json; or a recipe (.yaml), for the data of its training stages." };
        var model = new Option<string?>("--model") { HelpName = "MODEL", Description = "The model to be trained, with FILE: a folder, a .gguf file, or ORG/NAME on the hub." };
        var stage = new Option<string?>("--stage") { HelpName = "STAGE", Description = "The stage, with RECIPE; every stage that trains unless named." };
        Option<string[]> sets = RunCommand.CreateSetOption();
        var rows = new Option<int>("--rows") { HelpName = "N", Description = "How many examples to print.", DefaultValueFactory = _ => DefaultRows };
        var name = new Option<string?>("--name") { HelpName = "NAME", Description = "Which data set of a dataset_info.json." };
        var format = new Option<string?>("--format") { HelpName = "FORMAT", Description = "What the columns mean; found by the first row unless named. hone list formats prints all." };
        var maxTokens = new Option<int>("--max-tokens") { HelpName = "N", Description = "The longest example in tokens.", DefaultValueFactory = _ => new SftEncodingOptions().MaxTokens };
        var lossOn = new Option<LossOn>("--loss-on") { HelpName = "PART", Description = "Which tokens are trained: auto, assistant, last-assistant, completion or all.", CustomParser = ParseLossOn };
        Option<bool> json = RunCommand.CreateJsonOption("Print one JSON object with counts, lengths and examples.");
        var command = new Command("show", "Show examples as a model reads them, the trained tokens marked, with lengths and everything that is left out or cut.")
        {
            file, model, rows, name, format, maxTokens, lossOn, stage, sets, json,
        };
        command.SetAction(parse =>
        {
            string path = parse.GetRequiredValue(file);
            bool isRecipe = DataShowRecipe.IsRecipe(path);
            RefuseOptions(parse, isRecipe, isRecipe ? [model, name, format, maxTokens, lossOn] : [stage, sets]);
            if (parse.GetValue(rows) < 0 || parse.GetValue(maxTokens) < 1)
            {
                throw new UsageException("--rows must be at least 0 and --max-tokens at least 1.", "hone data show FILE --model MODEL --rows 5 --max-tokens 2048");
            }

            if (isRecipe)
            {
                return DataShowRecipe.Show(host, path, parse.GetValue(sets) ?? [], parse.GetValue(stage), parse.GetValue(rows), parse.GetValue(json));
            }

            string tokens = parse.GetValue(model) ?? throw new UsageException("--model is needed to show a file: its tokenizer and chat template make the examples.", "hone data show FILE --model MODEL");
            var options = new SftDataOptions
            {
                Sources = [new DataSource { Path = path, Name = parse.GetValue(name), Format = CreateFormat(host, parse.GetValue(format)) }],
                MaxTokens = parse.GetValue(maxTokens),
                LossOn = parse.GetValue(lossOn),
                InvalidRows = InvalidRows.Drop, // looking at data reports all that is wrong with it
            };
            Show(host, options, ModelArgument.Resolve(host, tokens), parse.GetValue(rows), parse.GetValue(json));
            return ExitCodes.Done;
        });
        return command;
    }

    /// <summary>Options that would do nothing are mistakes.</summary>
    private static void RefuseOptions(ParseResult parse, bool isRecipe, Option[] options)
    {
        Option? given = Array.Find(options, option => parse.GetResult(option) is { Implicit: false });
        if (given is not null)
        {
            throw new UsageException(
                isRecipe ? $"{given.Name} goes with a file of data; a recipe says it itself." : $"{given.Name} goes with a recipe, which ends in .yaml.",
                isRecipe ? "hone data show RECIPE --set stages.train.dataset.max_tokens=2048" : "hone data show RECIPE --stage STAGE");
        }
    }

    private static void Show(CliHost host, SftDataOptions options, string model, int rows, bool isJson)
    {
        ChatTokenizer chat = ModelChat.Load(model);
        string folder = Directory.CreateTempSubdirectory("hone-data-").FullName;
        try
        {
            var context = new DataContext { Registry = host.Registry, CacheFolder = folder, Files = host.Files };
            var text = new ModelText(chat.Tokenizer, chat, ModelText.FingerprintOf(model));
            using SftDataset dataset = SftDataset.Load(options, text, context, new RandomStream(0, "validation"), host.Cancellation);
            if (isJson)
            {
                host.Out.WriteLine(DatasetText.WriteJson(dataset.Store, chat.Tokenizer, rows));
                return;
            }

            DatasetText.Write(dataset.Store, chat.Tokenizer, rows, host.Out, host.IsOutTerminal);
            foreach (string warning in dataset.Report.CreateWarnings())
            {
                host.Error.WriteLine($"warning: {warning}");
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static RowFormat? CreateFormat(CliHost host, string? name)
    {
        if (name is null)
        {
            return null;
        }

        RegisteredPart part = host.Registry.Find(DataFormatAttribute.FormatKind, name);
        return (RowFormat)Activator.CreateInstance(part.Options)!; // a registered format is a record that recipes create the same way
    }

    private static LossOn ParseLossOn(System.CommandLine.Parsing.ArgumentResult result)
    {
        string text = result.Tokens is [var token] ? token.Value : "";
        foreach (LossOn value in Enum.GetValues<LossOn>())
        {
            if (string.Equals(text.Replace("-", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal), value.ToString(), StringComparison.OrdinalIgnoreCase))
            {
                return value;
            }
        }

        result.AddError($"--loss-on takes auto, assistant, last-assistant, completion or all, got '{text}'.");
        return LossOn.Auto;
    }
}
