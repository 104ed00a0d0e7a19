namespace Hone.Inference;

/// <summary>Why a generated text ended.</summary>
public enum FinishReason
{
    /// <summary>The model ended it, a stop text or stop token was met, or its constraint allows nothing more.</summary>
    Stop,

    /// <summary>The number of tokens asked for, or the room in the context, was used up.</summary>
    Length,
}
