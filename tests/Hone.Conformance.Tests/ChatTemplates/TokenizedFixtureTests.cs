using System.Text.Json;
using Hone.Conformance.Tests.Tokenizers;
using Hone.Processors.ChatTemplates;
using Hone.Processors.Tokenizers;

namespace Hone.Conformance.Tests.ChatTemplates;

/// <summary>Conversations as token ids, with the assistant's mask and with control tokens escaped, against <c>apply_chat_template</c>.</summary>
[ReadsFixture("chat-templates/tokenized")]
public sealed class TokenizedFixtureTests
{
    public static TheoryData<string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach ((string tokenizer, string template) in TemplateFixtures.Lines("tokenized.jsonl").Select(NamesOf).Distinct())
            {
                cases.Add(tokenizer, template);
            }

            return cases;
        }
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Cases))]
    public void Tokenize_EveryConversation_EqualsTransformers(string tokenizerName, string templateName)
    {
        Tokenizer tokenizer = TokenizerFixtures.Load(tokenizerName);
        ChatTemplateSet own = ChatTemplateSet.Load(FolderOf(tokenizerName));
        string path = SharedData.At("data", templateName);
        Assert.SkipUnless(templateName == "own" || File.Exists(path), $"no {templateName} under HONE_SHARED/data");
        string source = templateName == "own" ? own.Select().Source : File.ReadAllText(path);
        var chat = new ChatTokenizer(ChatTemplate.Parse(source, own.SpecialTokens, templateName, TemplateLimits.Default, TemplateFixtures.Clock), tokenizer);
        Dictionary<string, JsonElement> conversations = TemplateFixtures.Conversations();
        var differences = new DifferenceList();

        foreach (JsonElement row in TemplateFixtures.Lines("tokenized.jsonl").Where(row => NamesOf(row) == (tokenizerName, templateName)))
        {
            string id = row.GetProperty("conv").GetString()!;
            Conversation conversation = TemplateFixtures.ToConversation(conversations[id]);
            if (row.TryGetProperty("error", out _))
            {
                Assert.Throws<TemplateException>(() => chat.Tokenize(conversation));
                continue;
            }

            TokenizedChat actual = chat.Tokenize(conversation);
            differences.Compare($"{id} ids", TokenizerFixtures.Ints(row.GetProperty("ids")), actual.Ids);
            if (row.TryGetProperty("text", out JsonElement text))
            {
                differences.Compare($"{id} text", text.GetString()!, actual.Text);
            }

            if (row.TryGetProperty("assistant_mask", out JsonElement mask))
            {
                differences.Compare($"{id} mask", TokenizerFixtures.Ints(mask), actual.AssistantMask.Select(isAssistant => isAssistant ? 1 : 0));
            }

            if (row.TryGetProperty("ids_sanitized", out JsonElement escaped))
            {
                TokenizedChat safe = chat.Tokenize(conversation, escapeControlTokens: true);
                differences.Compare($"{id} escaped", TokenizerFixtures.Ints(escaped), safe.Ids);
                differences.Compare($"{id} escaped text", actual.Text, safe.Text);
            }
        }

        differences.AssertNone();
    }

    private static (string Tokenizer, string Template) NamesOf(JsonElement row) => (row.GetProperty("tokenizer").GetString()!, row.GetProperty("template").GetString()!);

    private static string FolderOf(string tokenizer)
    {
        string[] folders = [SharedData.At("data", "weights", "tokenizers", tokenizer), SharedData.At("models", $"{tokenizer}-135m-instruct")];
        string? folder = Array.Find(folders, Directory.Exists);
        Assert.SkipWhen(folder is null, $"no folder of the tokenizer {tokenizer} under HONE_SHARED");
        return folder!;
    }
}
