using Hone.Tensors.Threading;

namespace Hone.Cli;

/// <summary>Carries <c>--threads</c> to the libraries that compute.</summary>
internal static class ThreadSetting
{
    /// <summary>The largest number that is not a mistake.</summary>
    public const int MaxThreads = 1024;

    /// <summary>Sets the number of threads for the whole process.</summary>
    public static void Apply(int threads)
    {
        ComputeThreads.Count = threads;
        ThreadPool.GetMinThreads(out _, out int completionThreads);
        ThreadPool.SetMinThreads(threads, completionThreads);
    }
}
