using System.Runtime.InteropServices;

namespace Hone.Core.Runs;

/// <summary>The machine a run was made on, as far as it can matter to results or speed.</summary>
/// <param name="System">Operating system and version.</param>
/// <param name="Architecture">Processor architecture.</param>
/// <param name="Processors">Number of logical processors available to the process.</param>
/// <param name="MemoryBytes">Memory available to the process.</param>
/// <param name="Runtime">.NET version.</param>
public sealed record MachineFacts(string System, string Architecture, int Processors, long MemoryBytes, string Runtime)
{
    /// <summary>Reads the facts of this machine.</summary>
    public static MachineFacts Read() => new(
        RuntimeInformation.OSDescription,
        RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant(),
        Environment.ProcessorCount,
        GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
        RuntimeInformation.FrameworkDescription);
}
