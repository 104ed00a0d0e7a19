using Hone.Processors.Tokenizers.Models;
using Hone.Processors.Tokenizers.PostProcessors;

namespace Hone.Processors.Tokenizers.Formats;

/// <summary>What transformers changes in a tokenizer that it reads together with its settings.</summary>
/// <remarks>Source: transformers 5, <c>TokenizersBackend</c>.</remarks>
internal static class SettingsEffects
{
    private const string ClipClass = "CLIPTokenizer";
    private const string ClipWordEnd = "</w>";

    /// <summary>Classes whose layout stands in their code, whatever <c>add_bos_token</c> says.</summary>
    private static readonly HashSet<string> s_ownLayout = new(StringComparer.Ordinal)
    {
        "BertTokenizer", "DistilBertTokenizer", "ElectraTokenizer", "MPNetTokenizer", "RobertaTokenizer", "XLMRobertaTokenizer", "DebertaV2Tokenizer",
        "T5Tokenizer", "AlbertTokenizer", "CamembertTokenizer", "BartTokenizer", ClipClass,
    };

    /// <summary>Applies the settings.</summary>
    public static TokenizerPipeline Apply(TokenizerPipeline pipeline, TokenizerSettings? settings)
    {
        if (settings is null)
        {
            return pipeline;
        }

        var known = pipeline.AddedTokens.Select(token => token.Content).ToHashSet(StringComparer.Ordinal);
        pipeline = pipeline with
        {
            AddedTokens = [.. pipeline.AddedTokens, .. settings.Added.Where(token => known.Add(token.Content))],
            CleanUpSpaces = settings.CleanUpSpaces && pipeline.Model is not BpeModel,
            WordEnd = settings.ClassName == ClipClass ? ClipWordEnd : null,
            Special = settings.Special,
            MaxLength = settings.MaxLength,
            PaddingSide = settings.PaddingSide,
            TruncationSide = settings.TruncationSide,
        };
        return (settings.AddBos ?? settings.AddEos) is null || s_ownLayout.Contains(settings.ClassName)
            ? pipeline
            : pipeline with { PostProcessor = Around(pipeline, settings) };
    }

    private static TemplatePostProcessor Around(TokenizerPipeline pipeline, TokenizerSettings settings)
    {
        var ids = new AddedVocabulary(pipeline.Model, pipeline.Normalizer, pipeline.AddedTokens);
        return TemplatePostProcessor.Around(Token(settings.AddBos, settings.Special.Bos), Token(settings.AddEos, settings.Special.Eos));

        (int Id, string Token)? Token(bool? add, string? token) => add == true && token is not null && ids.IdOf(token) is int id ? (id, token) : null;
    }
}
