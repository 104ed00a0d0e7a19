namespace Hone.Processors.ChatTemplates.Jinja.Syntax;

/// <summary>What a variable holds when its scope is entered.</summary>
internal enum LoadKind
{
    /// <summary>Set by a loop, a call or <c>with</c>.</summary>
    Parameter,

    /// <summary>Looked up among the variables passed to the template.</summary>
    Resolve,

    /// <summary>The value of the variable of that name further out.</summary>
    Alias,

    /// <summary>Nothing yet.</summary>
    Undefined,
}
