namespace Hone.Data.Formats;

/// <summary>What a row of any format says, before it is tokens: a <see cref="ConversationRow"/> or a <see cref="TextRow"/>.</summary>
public abstract record TrainingRow;
