namespace Hone.Tensors.Tests;

public sealed class BFloat16Tests
{
    [Fact]
    public void RoundTrip_OfEveryBitPattern_IsExact()
    {
        for (int bits = 0; bits <= ushort.MaxValue; bits++)
        {
            BFloat16 value = BFloat16.FromBits((ushort)bits);
            BFloat16 back = (BFloat16)(float)value;

            // A signalling NaN becomes quiet; everything else is unchanged.
            Assert.Equal(float.IsNaN(value) ? (ushort)(bits | 0x40) : (ushort)bits, back.Bits);
        }
    }

    [Theory]
    [InlineData(0x3f808000u, 0x3f80)] // halfway between 0x3f80 and 0x3f81: to even
    [InlineData(0x3f818000u, 0x3f82)] // halfway between 0x3f81 and 0x3f82: to even
    [InlineData(0x3f808001u, 0x3f81)] // just above halfway
    [InlineData(0x3f807fffu, 0x3f80)] // just below halfway
    [InlineData(0x7f7fffffu, 0x7f80)] // the largest float rounds to infinity
    [InlineData(0x80000000u, 0x8000)] // −0 keeps its sign
    [InlineData(0x7f800001u, 0x7fc0)] // a NaN whose payload would be cut off stays a NaN
    [InlineData(0xff800001u, 0xffc0)]
    public void Conversion_FromSingle_RoundsToNearestEven(uint single, int expected) =>
        Assert.Equal((ushort)expected, ((BFloat16)BitConverter.UInt32BitsToSingle(single)).Bits);
}
