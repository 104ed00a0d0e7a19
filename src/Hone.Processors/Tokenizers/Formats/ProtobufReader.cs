using System.Buffers.Binary;
using System.Text;

namespace Hone.Processors.Tokenizers.Formats;

/// <summary>Walks the fields of a protocol buffer message; a message that is cut off or malformed gives a <see cref="TokenizerFormatException"/>.</summary>
/// <remarks>Source: Protocol Buffers, "Encoding".</remarks>
internal ref struct ProtobufReader(ReadOnlySpan<byte> message, string where)
{
    private const int VarintType = 0, Fixed64Type = 1, LengthType = 2, Fixed32Type = 5;
    private const int MaxVarintBytes = 10;

    private ReadOnlySpan<byte> _rest = message;
    private int _type;

    /// <summary>Number of the present field.</summary>
    public int Field { get; private set; }

    /// <summary>Moves to the next field; its value must be read or skipped.</summary>
    public bool MoveNext()
    {
        if (_rest.Length == 0)
        {
            return false;
        }

        ulong tag = Varint();
        (Field, _type) = ((int)Math.Min(tag >> 3, int.MaxValue), (int)(tag & 7));
        return Field > 0 ? true : throw Malformed("a field number of 0");
    }

    /// <summary>An integer.</summary>
    public long Integer() => _type == VarintType ? unchecked((long)Varint()) : throw Malformed($"field {Field} of wire type {_type}, expected an integer");

    /// <summary>A truth value.</summary>
    public bool Bool() => Integer() != 0;

    /// <summary>A single-precision number.</summary>
    public float Float() => _type == Fixed32Type ? BinaryPrimitives.ReadSingleLittleEndian(Take(sizeof(float))) : throw Malformed($"field {Field} of wire type {_type}, expected a float");

    /// <summary>Bytes, or the bytes of a message.</summary>
    public ReadOnlySpan<byte> Bytes()
    {
        if (_type != LengthType)
        {
            throw Malformed($"field {Field} of wire type {_type}, expected bytes");
        }

        ulong length = Varint();
        return length <= (ulong)_rest.Length ? Take((int)length) : throw Malformed($"{length} bytes in field {Field}, {_rest.Length} left");
    }

    /// <summary>Text.</summary>
    public string Text()
    {
        try
        {
            return StrictUtf8.GetString(Bytes());
        }
        catch (DecoderFallbackException error)
        {
            throw new TokenizerFormatException("A text is not UTF-8.", where, $"field {Field}", "If the file came from a download, fetch it again.", error);
        }
    }

    /// <summary>Leaves the value unread.</summary>
    public void Skip()
    {
        switch (_type)
        {
            case VarintType:
                Varint();
                break;
            case Fixed64Type:
                Take(sizeof(ulong));
                break;
            case LengthType:
                Bytes();
                break;
            case Fixed32Type:
                Take(sizeof(uint));
                break;
            default:
                throw Malformed($"field {Field} of wire type {_type}");
        }
    }

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private ulong Varint()
    {
        ulong value = 0;
        for (int i = 0; i < MaxVarintBytes; i++)
        {
            byte next = Take(1)[0];
            value |= (ulong)(next & 0x7F) << (7 * i);
            if (next < 0x80)
            {
                return value;
            }
        }

        throw Malformed("an integer of more than 10 bytes");
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _rest.Length)
        {
            throw Malformed($"{_rest.Length} bytes where {count} were expected");
        }

        ReadOnlySpan<byte> taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }

    private readonly TokenizerFormatException Malformed(string facts) =>
        new("The SentencePiece model is malformed or cut off.", where, facts, "If the file came from a download, fetch it again.");
}
