using System.Runtime.InteropServices;

namespace Hone.Processors.Tokenizers.Models;

/// <summary>The merge loop of byte-pair encoding with a queue: rank first, then position.</summary>
internal static class BpeMerging
{
    /// <summary>Merges in place until no pair of neighbours has a rule.</summary>
    public static void MergeAll(List<BpeSymbol> symbols, Dictionary<(int Left, int Right), BpeMerge> merges)
    {
        int count = symbols.Count;
        if (count < 2)
        {
            return;
        }

        Span<BpeSymbol> nodes = CollectionsMarshal.AsSpan(symbols);
        var previous = new int[count];
        var next = new int[count];
        var queue = new PriorityQueue<(int Position, BpeMerge Merge), (int Rank, int Position)>(count);
        for (int i = 0; i < count; i++)
        {
            previous[i] = i - 1;
            next[i] = i + 1;
        }

        for (int i = 0; i + 1 < count; i++)
        {
            Enqueue(nodes, i, i + 1);
        }

        while (queue.TryDequeue(out (int Position, BpeMerge Merge) top, out _))
        {
            int left = top.Position;
            int right = next[left];

            // An entry is stale when its left symbol was merged away or its neighbours have changed since.
            if (nodes[left].Bytes == 0 || right >= count
                || !merges.TryGetValue((nodes[left].Id, nodes[right].Id), out BpeMerge now) || now.Id != top.Merge.Id)
            {
                continue;
            }

            nodes[left] = new BpeSymbol(top.Merge.Id, nodes[left].Bytes + nodes[right].Bytes);
            nodes[right] = nodes[right] with { Bytes = 0 };
            next[left] = next[right];
            if (next[left] < count)
            {
                previous[next[left]] = left;
                Enqueue(nodes, left, next[left]);
            }

            if (previous[left] >= 0)
            {
                Enqueue(nodes, previous[left], left);
            }
        }

        symbols.RemoveAll(symbol => symbol.Bytes == 0);

        void Enqueue(Span<BpeSymbol> all, int left, int right)
        {
            if (merges.TryGetValue((all[left].Id, all[right].Id), out BpeMerge merge))
            {
                queue.Enqueue((left, merge), (merge.Rank, left));
            }
        }
    }
}
