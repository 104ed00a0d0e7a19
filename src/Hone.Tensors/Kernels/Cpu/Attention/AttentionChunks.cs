using System.Collections.Immutable;

namespace Hone.Tensors.Kernels.Cpu.Attention;

/// <summary>How the backward pass of one call is cut up: by shapes alone, so that sums have one order whatever the number of threads.</summary>
internal sealed class AttentionChunks
{
    // Enough pieces to keep some 16 threads busy; each further chunk costs one more copy of the query gradient.
    private const int WantedPieces = 16;
    private const int MaxChunks = 8;

    // A chunk packs every query block once, which this many tiles of keys should share.
    private const int WantedTiles = 2;

    private AttentionChunks(int keysPerChunk, ImmutableArray<AttentionChunk> all)
    {
        KeysPerChunk = keysPerChunk;
        All = all;
    }

    /// <summary>Keys of a chunk, whole tiles; 0 when no sequence has a key.</summary>
    public int KeysPerChunk { get; }

    /// <summary>All chunks of all heads.</summary>
    public ImmutableArray<AttentionChunk> All { get; }

    /// <summary>Plans a call.</summary>
    /// <remarks>Heads that share elements of the bias end up in one chunk whether its gradient is wanted or not: the other gradients keep their bits.</remarks>
    public static AttentionChunks Create(AttentionProblem<float> problem)
    {
        var owners = new Dictionary<(int Sequence, int KvHead), List<(int Sequence, int KvHead)>>();
        int keys = 0;
        for (int s = 0; s < problem.Sequences.Length; s++)
        {
            keys = Math.Max(keys, problem.Sequences[s].KeyLength);
            for (int kvHead = 0; kvHead < problem.KeyValueHeads; kvHead++)
            {
                bool sharesSequences = !problem.Bias.IsEmpty && problem.Bias.BatchStride == 0;
                bool sharesHeads = !problem.Bias.IsEmpty && problem.Bias.HeadStride == 0;
                (int, int) owner = (sharesSequences ? 0 : s, sharesHeads ? 0 : kvHead);
                if (!owners.TryGetValue(owner, out List<(int Sequence, int KvHead)>? heads))
                {
                    owners.Add(owner, heads = []);
                }

                heads.Add((s, kvHead));
            }
        }

        int tiles = (keys + AttentionBlock.KeyTile - 1) / AttentionBlock.KeyTile;
        if (tiles == 0)
        {
            return new AttentionChunks(0, []);
        }

        int wanted = Math.Clamp((WantedPieces + owners.Count - 1) / owners.Count, 1, Math.Clamp(tiles / WantedTiles, 1, MaxChunks));
        int keysPerChunk = (tiles + wanted - 1) / wanted * AttentionBlock.KeyTile;
        ImmutableArray<AttentionChunk>.Builder all = ImmutableArray.CreateBuilder<AttentionChunk>();
        foreach (List<(int Sequence, int KvHead)> heads in owners.Values)
        {
            for (int begin = 0, number = 0; begin < keys; begin += keysPerChunk, number++)
            {
                all.Add(new AttentionChunk(number, begin, begin + keysPerChunk, [.. heads]));
            }
        }

        return new AttentionChunks(keysPerChunk, all.ToImmutable());
    }

    /// <summary>Chunks that a sequence with <paramref name="keyLength"/> keys takes part in.</summary>
    public int Count(int keyLength) => KeysPerChunk == 0 ? 0 : (keyLength + KeysPerChunk - 1) / KeysPerChunk;
}
