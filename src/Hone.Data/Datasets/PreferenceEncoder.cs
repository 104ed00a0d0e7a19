using System.Collections.Immutable;
using Hone.Data.Formats;
using Hone.Processors.ChatTemplates;
using Hone.Processors.Tokenizers;

namespace Hone.Data.Datasets;

/// <summary>Turns pairs and marked answers into token ids and labels by a model's own tokenizer and chat template; the answers' tokens alone are trained.</summary>
/// <remarks>
/// Prompt and answer are encoded together, and the answer begins at the first token in which prompt and whole differ, as in <see cref="SftEncoder"/>.
/// First the prompt is cut, from its beginning, then the whole. Source: TRL 1.16, <c>DPOTrainer.tokenize_row</c> and <c>KTOTrainer</c>, which
/// encode the same; a pair whose answers are the same tokens, which teaches nothing, is left out here and kept there. Safe for several threads at a time.
/// </remarks>
public sealed class PreferenceEncoder
{
    private readonly SftEncoder _encoder;
    private readonly int? _maxPromptTokens;

    /// <summary>Prepares to encode rows for a model.</summary>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="chat">The model's chat template with the same tokenizer; null if it has none, which only conversations need.</param>
    /// <param name="options">How to encode.</param>
    /// <param name="maxPromptTokens">The longest prompt; of a longer one the last tokens are kept. Null to cut no prompt on its own.</param>
    public PreferenceEncoder(Tokenizer tokenizer, ChatTokenizer? chat, EncodingOptions options, int? maxPromptTokens = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        _encoder = new SftEncoder(tokenizer, chat, new SftEncodingOptions(options, LossOn.Completion));
        _maxPromptTokens = maxPromptTokens;
    }

    /// <summary>Encodes a pair.</summary>
    /// <returns>The chosen example, then the rejected one.</returns>
    /// <exception cref="InvalidRowException">The row cannot be trained on.</exception>
    /// <exception cref="DatasetFormatException">No row of this kind can be encoded for this model.</exception>
    public (EncodedExample Chosen, EncodedExample Rejected) Encode(PairRow pair)
    {
        ArgumentNullException.ThrowIfNull(pair);
        EncodedExample chosen = Encode(pair.Chosen), rejected = Encode(pair.Rejected);
        if (chosen.Example.InputIds.AsSpan().SequenceEqual(rejected.Example.InputIds.AsSpan()))
        {
            throw new InvalidRowException(
                RowIssue.EqualAnswers, $"both answers are the same {chosen.Example.TrainedTokens} tokens{(chosen.CutTokens + rejected.CutTokens > 0 ? " after they were cut" : "")}",
                chosen.CutTokens + rejected.CutTokens > 0 ? "raise max_tokens" : "remove the row");
        }

        return (chosen, rejected);
    }

    /// <summary>Encodes a prompt with one answer.</summary>
    /// <inheritdoc cref="Encode(PairRow)" path="/exception"/>
    public EncodedExample Encode(TrainingRow row)
    {
        SftEncoder.LabelledTokens tokens = _encoder.Label(row);
        int prompt = Array.IndexOf(tokens.Trained, true); // the trained tokens are the last ones
        int answer = tokens.Trained.Length - prompt;
        if (prompt < 0 || answer == 0)
        {
            throw new InvalidRowException(RowIssue.NothingToLearn, $"none of its {tokens.Ids.Length} tokens is the answer's", "check the row");
        }

        int cut = _maxPromptTokens is { } most ? Math.Max(0, prompt - most) : 0;
        ImmutableArray<int> ids = tokens.Ids[cut..];
        bool[] trained = tokens.Trained[cut..];
        trained[0] = false; // nothing stands before it to predict it from
        return _encoder.Cut(row, new SftEncoder.LabelledTokens(ids, trained)) with { CutPromptTokens = cut };
    }
}
