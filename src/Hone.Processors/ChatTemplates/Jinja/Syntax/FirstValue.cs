namespace Hone.Processors.ChatTemplates.Jinja.Syntax;

/// <summary>The first value of one variable.</summary>
internal readonly record struct FirstValue(int Slot, LoadKind Kind, string Name, Place Source);
