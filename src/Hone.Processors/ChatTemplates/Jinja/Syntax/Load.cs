namespace Hone.Processors.ChatTemplates.Jinja.Syntax;

/// <summary>How a variable gets its first value.</summary>
internal readonly record struct Load(LoadKind Kind, Variable? Source = null);
