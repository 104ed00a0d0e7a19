namespace Hone.Data.Datasets;

/// <summary>Which tokens of an example a model is trained to write.</summary>
public enum LossOn
{
    /// <summary>What the form of the row suggests: the completion after a prompt, the assistant's turns of a conversation, all of a plain text.</summary>
    Auto,

    /// <summary>What the assistant wrote, in every turn; after a prompt, in the completion alone.</summary>
    Assistant,

    /// <summary>What the assistant wrote in its last turn.</summary>
    LastAssistant,

    /// <summary>Everything after the prompt; the prompt of a conversation is all that precedes the assistant's last turn.</summary>
    Completion,

    /// <summary>Every token.</summary>
    All,
}
