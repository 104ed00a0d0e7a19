namespace Hone.Processors.ChatTemplates.Jinja.Values;

/// <summary>Python's <c>bytes</c>, which a template gets from <c>str.encode</c> only.</summary>
internal sealed class PyBytes(byte[] data)
{
    public ReadOnlySpan<byte> Data => data;
}
