using System.ComponentModel;
using System.Diagnostics;
using Hone.Core.Tests;

namespace Hone.Tensors.Tests.Kernels.Cpu.Gemm;

public sealed class GeneratedKernelsTests
{
    [Fact]
    public void CommittedKernels_AreWhatTheScriptWrites()
    {
        string root = RepositoryFolder.Root;
        string output = Directory.CreateTempSubdirectory("hone-kernels").FullName;
        try
        {
            Assert.SkipUnless(Generate(root, output), "python3 is not installed");

            string[] written = Directory.GetFiles(output, "*.g.cs");
            string[] committed = Directory.GetFiles(Path.Combine(root, "src/Hone.Tensors/Kernels/Cpu/Gemm"), "*.g.cs");
            Assert.Equal(10, written.Length);
            Assert.Equal(written.Select(Path.GetFileName).Order(), committed.Select(Path.GetFileName).Order());
            foreach (string file in committed)
            {
                string expected = File.ReadAllText(Path.Combine(output, Path.GetFileName(file)));
                Assert.True(expected == File.ReadAllText(file).ReplaceLineEndings("\n"), $"{file} differs; run tools/generate-gemm-kernels.py");
            }
        }
        finally
        {
            Directory.Delete(output, recursive: true);
        }
    }

    private static bool Generate(string root, string output)
    {
        var start = new ProcessStartInfo("python3", [Path.Combine(root, "tools/generate-gemm-kernels.py"), "--output", output]) { RedirectStandardError = true, UseShellExecute = false };
        try
        {
            using Process process = Process.Start(start)!; // never null for a program that is not a document
            string error = process.StandardError.ReadToEnd();
            process.WaitForExit();
            Assert.True(process.ExitCode == 0, error);
            return true;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
