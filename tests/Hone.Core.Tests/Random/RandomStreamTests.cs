using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Hone.Core.Random;

namespace Hone.Core.Tests.Random;

public sealed class RandomStreamTests
{
    [Fact]
    public void NextUInt32_NewStream_ReadsPhiloxBlocksUnderTheHashedName()
    {
        // The contract written out: sha256(seed LE, 0 LE, utf-8 name) gives key and sequence.
        byte[] message = [.. BitConverter.GetBytes(7UL), .. new byte[8], .. Encoding.UTF8.GetBytes("data")];
        byte[] hash = SHA256.HashData(message);
        ulong key = BinaryPrimitives.ReadUInt64LittleEndian(hash);
        ulong sequence = BinaryPrimitives.ReadUInt64LittleEndian(hash.AsSpan(8));
        PhiloxBlock first = Philox4x32.Block(0, sequence, key), second = Philox4x32.Block(1, sequence, key);
        var stream = new RandomStream(7, "data");

        uint[] words = [.. Enumerable.Range(0, 6).Select(_ => stream.NextUInt32())];

        Assert.Equal([first.Word0, first.Word1, first.Word2, first.Word3, second.Word0, second.Word1], words);
    }

    [Theory]
    [InlineData(7UL, "data", 7UL, "dropout")]
    [InlineData(7UL, "data", 8UL, "data")]
    public void NextUInt64_OtherNameOrSeed_GivesOtherNumbers(ulong seedA, string nameA, ulong seedB, string nameB)
    {
        RandomStream a = new(seedA, nameA), b = new(seedB, nameB);

        Assert.NotEqual(Enumerable.Range(0, 8).Select(_ => a.NextUInt64()), Enumerable.Range(0, 8).Select(_ => b.NextUInt64()));
    }

    [Fact]
    public void State_StoredMidway_ContinuesExactly()
    {
        var whole = new RandomStream(1, "data");
        float[] expected = [.. Enumerable.Range(0, 101).Select(_ => whole.NextNormal())];
        var first = new RandomStream(1, "data");
        List<float> actual = [.. Enumerable.Range(0, 37).Select(_ => first.NextNormal())];
        RandomState state = first.State;

        var resumed = new RandomStream(state);
        actual.AddRange(Enumerable.Range(0, 64).Select(_ => resumed.NextNormal()));

        Assert.Equal(37UL, state.Position);
        Assert.Equal(expected, actual);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(6)]
    public void FillNormal_AnyStartPosition_EqualsElementAtIndex(int start)
    {
        var stream = new RandomStream(3, "init") { Position = (ulong)start };
        float[] filled = new float[13];

        stream.FillNormal(filled);

        var reader = new RandomStream(3, "init");
        Assert.Equal(Enumerable.Range(start, 13).Select(i => reader.NormalAt((ulong)i)), filled);
        Assert.Equal((ulong)start + 13, stream.Position);
    }

    [Fact]
    public void NormalAt_EvenAndOdd_AreTheBoxMullerPair()
    {
        var stream = new RandomStream(5, "init");
        double u1 = (stream.UInt32At(10) + 0.5) / 4294967296.0, u2 = stream.UInt32At(11) / 4294967296.0;
        double radius = Math.Sqrt(-2 * Math.Log(u1));

        Assert.Equal((float)(radius * Math.Cos(2 * Math.PI * u2)), stream.NormalAt(10), 1e-6f);
        Assert.Equal((float)(radius * Math.Sin(2 * Math.PI * u2)), stream.NormalAt(11), 1e-6f);
    }

    [Fact]
    public void FillNormal_ManyNumbers_HasUnitMomentsAndScales()
    {
        const int count = 400_000;
        float[] values = new float[count];
        new RandomStream(11, "moments").FillNormal(values, mean: 2f, standardDeviation: 3f);

        double mean = values.Average(v => (double)v);
        double variance = values.Average(v => (v - mean) * (v - mean));
        double kurtosis = values.Average(v => Math.Pow((v - mean) / Math.Sqrt(variance), 4));

        // Standard errors at this count: mean 3/sqrt(n) = 0.0047, variance 9 sqrt(2/n) = 0.020, kurtosis sqrt(24/n) = 0.0077; bounds are five of them.
        Assert.InRange(mean, 2 - 0.024, 2 + 0.024);
        Assert.InRange(variance, 9 - 0.1, 9 + 0.1);
        Assert.InRange(kurtosis, 3 - 0.04, 3 + 0.04);
    }

    [Fact]
    public void FillUniform_ManyNumbers_StaysBelowOneAndFillsTheBins()
    {
        float[] values = new float[100_000];
        new RandomStream(2, "uniform").FillUniform(values);

        int[] bins = new int[10];
        foreach (float value in values)
        {
            Assert.InRange(value, 0f, 0.99999994f);
            bins[(int)(value * 10)]++;
        }

        // Each bin is binomial(100000, 0.1): standard deviation 95; five of them.
        Assert.All(bins, bin => Assert.InRange(bin, 9_525, 10_475));
    }

    [Fact]
    public void NextDouble_Words_AreTopBitsOfTwoWords()
    {
        var stream = new RandomStream(9, "data");
        ulong bits = ((ulong)stream.UInt32At(1) << 32) | stream.UInt32At(0);

        Assert.Equal((bits >> 11) / 9007199254740992.0, stream.NextDouble());
        Assert.Equal(2UL, stream.Position);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(7)]
    public void NextInt32_SmallBound_IsUniform(int bound)
    {
        var stream = new RandomStream(4, "ints");
        int[] counts = new int[bound];
        for (int i = 0; i < 70_000; i++)
        {
            counts[stream.NextInt32(bound)]++;
        }

        double expected = 70_000.0 / bound;
        Assert.All(counts, count => Assert.InRange(count, expected - 5 * Math.Sqrt(expected), expected + 5 * Math.Sqrt(expected)));
    }

    [Fact]
    public void NextInt64_BoundJustAboveHalfRange_RejectsSurplusWithoutBias()
    {
        // With bound 2^62 + 2^61, a biased multiply-shift would favour every third value; the lower half must hold half of the draws.
        var stream = new RandomStream(4, "longs");
        const long bound = (1L << 62) + (1L << 61);
        int low = 0;
        for (int i = 0; i < 40_000; i++)
        {
            long value = stream.NextInt64(bound);
            Assert.InRange(value, 0, bound - 1);
            low += value < bound / 2 ? 1 : 0;
        }

        Assert.InRange(low, 19_500, 20_500);
    }

    [Fact]
    public void NextInt32_ZeroBound_Throws() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new RandomStream(0, "x").NextInt32(0));

    [Fact]
    public void CreatePermutation_AllOrdersOfThree_AreEquallyLikely()
    {
        var stream = new RandomStream(8, "shuffle");
        var counts = new Dictionary<string, int>();
        for (int i = 0; i < 60_000; i++)
        {
            string order = string.Join("", stream.CreatePermutation(3));
            counts[order] = counts.GetValueOrDefault(order) + 1;
        }

        Assert.Equal(6, counts.Count);
        Assert.All(counts.Values, count => Assert.InRange(count, 9_500, 10_500)); // 10,000 ± 5 × 91
    }

    [Fact]
    public void CreateChild_ParentMoved_IsUnchanged()
    {
        RandomStream parent = new(1, "sampling"), moved = new(1, "sampling") { Position = 99 };

        Assert.Equal(parent.CreateChild("sample 3").State, moved.CreateChild("sample 3").State);
        Assert.NotEqual(parent.CreateChild("sample 3").State, parent.CreateChild("sample 4").State);
    }
}
