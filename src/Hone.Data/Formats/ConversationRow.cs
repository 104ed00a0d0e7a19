using System.Collections.Immutable;
using Hone.Processors.ChatTemplates;

namespace Hone.Data.Formats;

/// <summary>A conversation, with or without a part of it that is the prompt.</summary>
/// <param name="Conversation">The whole conversation.</param>
/// <param name="PromptMessages">How many of its first messages are the prompt; null if the row does not say.</param>
public sealed record ConversationRow(Conversation Conversation, int? PromptMessages = null) : TrainingRow
{
    /// <summary>Of each message whether the row wants it trained; empty if the row does not say.</summary>
    public ImmutableArray<bool> Trained { get; init; } = [];
}
