namespace Hone.Processors.ChatTemplates;

/// <summary>When a template failed.</summary>
public enum TemplateStage
{
    /// <summary>While it was parsed.</summary>
    Compile,

    /// <summary>While it rendered a conversation.</summary>
    Render,
}
