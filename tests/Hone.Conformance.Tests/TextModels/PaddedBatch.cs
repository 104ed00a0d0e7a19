using Hone.Models.Nn;
using Hone.Tensors;

namespace Hone.Conformance.Tests.TextModels;

/// <summary>A padded batch of a fixture, and the same without padding as models take it.</summary>
internal sealed class PaddedBatch
{
    private PaddedBatch(long[] ids, bool[] mask, long[] positions, int rows, int width)
    {
        Ids = ids;
        Mask = mask;
        Rows = rows;
        Width = width;
        Kept = Enumerable.Range(0, ids.Length).Where(i => mask[i]).ToArray();
        Lengths = Enumerable.Range(0, rows).Select(row => mask.AsSpan(row * width, width).Count(true)).ToArray();
        Positions = Kept.Select(i => (int)positions[i]).ToArray();
    }

    public long[] Ids { get; }

    public bool[] Mask { get; }

    public int Rows { get; }

    public int Width { get; }

    /// <summary>Flat places of the tokens that are no padding.</summary>
    public int[] Kept { get; }

    /// <summary>Tokens of each row.</summary>
    public int[] Lengths { get; }

    /// <summary>Position of each kept token.</summary>
    public int[] Positions { get; }

    /// <summary>i32 [tokens].</summary>
    public Tensor InputIds => Tensor.From(Kept.Select(i => (int)Ids[i]).ToArray(), Kept.Length);

    /// <summary>The batch that a prefix names; positions count real tokens when the file gives none.</summary>
    public static PaddedBatch Read(FixtureTensors inputs, string prefix)
    {
        int[] shape = inputs.ShapeOf(prefix + "input_ids");
        using Tensor ids = inputs[prefix + "input_ids"], mask = inputs[prefix + "attention_mask"];
        bool[] real = mask.ToArray<long>().Select(m => m != 0).ToArray();
        long[] positions;
        if (inputs.Has(prefix + "position_ids"))
        {
            using Tensor given = inputs[prefix + "position_ids"];
            positions = given.ToArray<long>();
        }
        else
        {
            positions = new long[real.Length];
            for (int i = 0, count = 0; i < real.Length; i++)
            {
                count = i % shape[1] == 0 ? 0 : count;
                positions[i] = real[i] ? count++ : 0;
            }
        }

        return new PaddedBatch(ids.ToArray<long>(), real, positions, shape[0], shape[1]);
    }

    /// <summary>Sequences of growing length, as a greedy continuation needs them.</summary>
    public static (Tensor Ids, PackedAttentionContext Context) Pack(IReadOnlyList<List<long>> sequences)
    {
        int[] ids = sequences.SelectMany(sequence => sequence).Select(id => (int)id).ToArray();
        int[] positions = sequences.SelectMany(sequence => Enumerable.Range(0, sequence.Count)).ToArray();
        int[] lengths = sequences.Select(sequence => sequence.Count).ToArray();
        return (Tensor.From(ids, ids.Length), new PackedAttentionContext(Tensor.From(positions, positions.Length), PackedSequences.FromLengths(lengths)));
    }

    /// <summary>The rows as lists of real tokens.</summary>
    public List<List<long>> Sequences() =>
        Enumerable.Range(0, Rows).Select(row => Enumerable.Range(row * Width, Width).Where(i => Mask[i]).Select(i => Ids[i]).ToList()).ToList();

    public PackedAttentionContext Context() =>
        new(Tensor.From(Positions, Positions.Length), PackedSequences.FromLengths(Lengths));
}
