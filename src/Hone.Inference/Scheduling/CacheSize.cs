using Hone.Core.Errors;
using Hone.Models;
using Hone.Tensors.Paging;

namespace Hone.Inference.Scheduling;

/// <summary>How many pages a cache gets.</summary>
internal static class CacheSize
{
    private const double ShareOfMemory = 0.25; // of what the process may use, when no limit is given

    /// <summary>The shape of a model's cache within the limits.</summary>
    /// <param name="model">The model.</param>
    /// <param name="options">Limits.</param>
    /// <param name="contextLength">Longest text.</param>
    /// <exception cref="HoneException">Not even one page fits.</exception>
    public static PagedKvShape Of(CausalLm model, EngineOptions options, int contextLength)
    {
        PagedKvShape page = ModelRunner.ShapeOf(model, options, pages: 1);
        long useful = options.MaxSequences * ((contextLength + (long)options.PageTokens - 1) / options.PageTokens); // more could never be in use at once
        long bytes = options.CacheBytes ?? (long)(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes * ShareOfMemory);
        long pages = Math.Min(bytes / page.PageBytes, Math.Min(useful, int.MaxValue / options.PageTokens));
        return pages > 0 ? page with { Pages = (int)pages } : throw new HoneException(
            "The cache is too small.", facts: $"{bytes} bytes; one page of {options.PageTokens} tokens takes {page.PageBytes}", fix: "give it more memory, or a smaller format (bf16, q8)");
    }
}
