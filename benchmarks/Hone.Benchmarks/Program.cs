namespace Hone.Benchmarks;

internal static class Program
{
    private static int Main(string[] arguments)
    {
        using var cancellation = new CancellationTokenSource();
        Console.CancelKeyPress += (_, pressed) =>
        {
            pressed.Cancel = true;
            cancellation.Cancel();
        };
        if (arguments is ["compare", .. var rest])
        {
            return new CompareCommand(Console.Out, Console.Error, TimeProvider.System).Run(rest, cancellation.Token);
        }

        Console.Error.WriteLine("usage: benchmarks/compare NAME [--quick] [--json]");
        return 2;
    }
}
