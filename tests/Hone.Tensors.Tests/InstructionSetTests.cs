using System.Diagnostics;
using System.Reflection;
using Hone.Tensors.Kernels.Cpu.Simd;

namespace Hone.Tensors.Tests;

/// <summary>The suites again in processes whose runtime has instruction sets switched off, as on older machines.</summary>
public sealed class InstructionSetTests
{
    private const string InsideChild = "HONE_TEST_INSTRUCTION_SET";

    [Theory]
    [InlineData("DOTNET_EnableAVX2", "Vector128")]
    [InlineData("DOTNET_EnableAVX512F", "Vector256")]
    public async Task Suites_WithAnInstructionSetSwitchedOff_Pass(string variable, string expectedLevel)
    {
        Assert.SkipWhen(Environment.GetEnvironmentVariable(InsideChild) is not null, "this is the process with the instruction set switched off");
        Assert.SkipWhen(SimdDispatch.Best < Enum.Parse<SimdLevel>(expectedLevel), $"this machine's widest form is {SimdDispatch.Best}");
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList = { Assembly.GetExecutingAssembly().Location, "--filter-class", "*.OpConformanceTests", "--filter-class", "*.InstructionSetTests", "--no-progress", "--no-ansi" },
            Environment = { [variable] = "0", [InsideChild] = expectedLevel },
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        using Process child = Process.Start(start)!;
        Task<string> output = child.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Task<string> errors = child.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await child.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.True(child.ExitCode == 0, $"{variable}=0: {await output}\n{await errors}");
    }

    [Fact]
    public void Best_InAProcessWithAnInstructionSetSwitchedOff_IsTheNarrowerForm()
    {
        string? expected = Environment.GetEnvironmentVariable(InsideChild);
        Assert.SkipWhen(expected is null, "only in the processes that Suites_WithAnInstructionSetSwitchedOff_Pass starts");

        Assert.Equal(expected, SimdDispatch.Best.ToString());
    }
}
