using Hone.Processors.ChatTemplates.Jinja.Values;

namespace Hone.Processors.ChatTemplates.Jinja.Syntax;

/// <summary>Sets a scope's variables when it is entered and clears them when it is left.</summary>
internal sealed class Entry(FirstValue[] values, int[] slots)
{
    public void Enter(Frame frame)
    {
        foreach (FirstValue value in values)
        {
            frame.Slots[value.Slot] = value.Kind switch
            {
                LoadKind.Resolve => Resolve(frame.State, value.Name),
                LoadKind.Alias => value.Source.Get(frame),
                _ => Missing.Value,
            };
        }
    }

    public void Leave(Frame frame)
    {
        foreach (int slot in slots)
        {
            frame.Slots[slot] = Missing.Value;
        }
    }

    private static object? Resolve(RenderState state, string name)
    {
        if (state.Exported.TryGetValue(name, out object? exported))
        {
            return exported;
        }

        return state.Variables.TryGet(name, out object? value) || Library.Globals.TryGet(name, out value) ? value : Missing.Value;
    }
}
