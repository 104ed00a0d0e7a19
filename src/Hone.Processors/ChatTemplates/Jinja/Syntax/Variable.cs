namespace Hone.Processors.ChatTemplates.Jinja.Syntax;

/// <summary>A variable's place: a slot in the activations of a function.</summary>
internal sealed record Variable(Function Function, int Slot, string Name);
