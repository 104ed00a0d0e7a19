using Hone.Core.Random;

namespace Hone.Core.Tests.Random;

public sealed class Philox4x32Tests
{
    // Random123 kat_vectors, philox4x32 10 rounds.
    [Theory]
    [InlineData(0u, 0u, 0u, 0u, 0u, 0u, 0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u)]
    [InlineData(0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu)]
    [InlineData(0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u, 0xa4093822u, 0x299f31d0u, 0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u)]
    public void Block_PublishedVector_GivesPublishedWords(uint c0, uint c1, uint c2, uint c3, uint k0, uint k1, uint x0, uint x1, uint x2, uint x3)
    {
        PhiloxBlock block = Philox4x32.Block(new PhiloxBlock(c0, c1, c2, c3), ((ulong)k1 << 32) | k0);

        Assert.Equal(new PhiloxBlock(x0, x1, x2, x3), block);
    }

    [Fact]
    public void Block_IndexAndSequence_ArePlacedLowAndHigh()
    {
        PhiloxBlock block = Philox4x32.Block(0x85a308d3_243f6a88, 0x03707344_13198a2e, 0x299f31d0_a4093822);

        Assert.Equal(new PhiloxBlock(0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1), block);
    }

    [Fact]
    public void Indexer_FifthWord_Throws() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => default(PhiloxBlock)[4]);
}
