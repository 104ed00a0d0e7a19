namespace Hone.Processors.ChatTemplates.Jinja.Syntax;

/// <summary>A variable as seen from one activation: how many definitions out, and which slot.</summary>
internal readonly record struct Place(int Hops, int Slot)
{
    public object? Get(Frame frame) => Hops == 0 ? frame.Slots[Slot] : frame.At(Hops).Slots[Slot];

    public void Set(Frame frame, object? value) => frame.At(Hops).Slots[Slot] = value;
}
