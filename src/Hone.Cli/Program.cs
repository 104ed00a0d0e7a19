using System.Runtime.InteropServices;
using Hone.Core.Runs;

// Hone.Cli is the one project that writes to the console, and this is the one file of it that touches System.Console.
#pragma warning disable RS0030

namespace Hone.Cli;

internal static class Program
{
    private static int Main(string[] args)
    {
        using var cancellation = new CancellationTokenSource();
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Cancel);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Cancel);
        var host = new CliHost
        {
            In = Console.In,
            IsInputTerminal = !Console.IsInputRedirected,
            Out = Console.Out,
            Error = Console.Error,
            IsErrorTerminal = !Console.IsErrorRedirected,
            IsOutTerminal = !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")),
            Environment = Environment.GetEnvironmentVariable,
            Time = TimeProvider.System,
            Files = new PhysicalFileSystem(),
            Assemblies = PartAssemblies.All,
            Cancellation = cancellation.Token,
        };
        return CliProgram.Run(args, host);

        // The first signal asks the run to stop at a safe point; a second one ends the process at once.
        void Cancel(PosixSignalContext signal)
        {
            signal.Cancel = !cancellation.IsCancellationRequested;
            cancellation.Cancel();
        }
    }
}
