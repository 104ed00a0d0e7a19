using System.Runtime.InteropServices;
using Hone.Tensors.Kernels.Cpu.Simd;

namespace Hone.Tensors.Benchmarking;

/// <summary>What a stored figure must say about the machine that it was measured on.</summary>
/// <param name="Processor">Model name as the system gives it.</param>
/// <param name="Architecture">e.g. <c>X64</c>.</param>
/// <param name="VectorWidth">The form of the kernels that ran, e.g. <c>Vector256</c>.</param>
/// <param name="Processors">Logical processors.</param>
/// <param name="OperatingSystem">Name and version.</param>
/// <param name="Runtime">.NET version.</param>
public sealed record MachineFacts(
    string Processor, string Architecture, string VectorWidth, int Processors, string OperatingSystem, string Runtime)
{
    /// <summary>Reads the facts of this machine.</summary>
    public static MachineFacts Read() => new(
        ProcessorName(),
        RuntimeInformation.ProcessArchitecture.ToString(),
        SimdDispatch.Current.ToString(),
        Environment.ProcessorCount,
        RuntimeInformation.OSDescription,
        RuntimeInformation.FrameworkDescription);

    private static string ProcessorName()
    {
        const string Path = "/proc/cpuinfo";
        string? line = File.Exists(Path) ? File.ReadLines(Path).FirstOrDefault(text => text.StartsWith("model name", StringComparison.Ordinal)) : null;
        return line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim()
            ?? Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER")
            ?? "unknown";
    }
}
