namespace Hone.Cli;

/// <summary>What the program's exit code says.</summary>
internal static class ExitCodes
{
    /// <summary>Done.</summary>
    public const int Done = 0;

    /// <summary>Failed while working.</summary>
    public const int Failed = 1;

    /// <summary>Wrong usage or a wrong recipe; nothing was started.</summary>
    public const int Usage = 2;

    /// <summary>Cancelled by Ctrl-C; 128 + SIGINT, as shells have it.</summary>
    public const int Cancelled = 130;
}
