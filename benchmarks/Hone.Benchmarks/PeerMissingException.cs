using Hone.Core.Errors;

namespace Hone.Benchmarks;

/// <summary>A library that a comparison needs is not installed.</summary>
internal sealed class PeerMissingException(string peer, string file, string script)
    : HoneException($"The peer {peer} is not installed.", "benchmarks/compare", $"{file} not found", $"run {script}");
