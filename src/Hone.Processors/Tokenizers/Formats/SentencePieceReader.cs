using Hone.Processors.Tokenizers.SentencePiece;

namespace Hone.Processors.Tokenizers.Formats;

/// <summary>Reads a SentencePiece <c>.model</c> file.</summary>
/// <remarks>Source: <c>sentencepiece_model.proto</c>, where the field numbers stand.</remarks>
internal static class SentencePieceReader
{
    /// <summary>Whether the bytes look like such a file: they begin with the field of the first piece.</summary>
    public static bool Looks(ReadOnlySpan<byte> bytes) => bytes.Length > 2 && bytes[0] == 0x0A && bytes[2] == 0x0A;

    /// <summary>Reads the model.</summary>
    /// <exception cref="TokenizerFormatException">The file is malformed.</exception>
    public static (PieceVocabulary Vocabulary, SentencePieceSettings Settings) Read(ReadOnlySpan<byte> bytes, string file)
    {
        var pieces = new List<VocabularyPiece>();
        var settings = new SentencePieceSettings();
        var reader = new ProtobufReader(bytes, file);
        while (reader.MoveNext())
        {
            switch (reader.Field)
            {
                case 1:
                    pieces.Add(Piece(reader.Bytes(), $"{file}: piece {pieces.Count}"));
                    break;
                case 2:
                    settings = Trainer(reader.Bytes(), settings, $"{file}: trainer_spec");
                    break;
                case 3:
                    settings = NormalizerOf(reader.Bytes(), settings, $"{file}: normalizer_spec");
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        settings = settings with { BosId = Within(settings.BosId, pieces.Count), EosId = Within(settings.EosId, pieces.Count), PadId = Within(settings.PadId, pieces.Count) };
        return (new PieceVocabulary(pieces, unknownId: null, file), settings);
    }

    private static int? Within(int? id, int count) => (uint?)id < (uint)count ? id : null;

    private static VocabularyPiece Piece(ReadOnlySpan<byte> message, string where)
    {
        var piece = new VocabularyPiece("", 0, PieceKind.Normal);
        var reader = new ProtobufReader(message, where);
        while (reader.MoveNext())
        {
            switch (reader.Field)
            {
                case 1:
                    piece = piece with { Text = reader.Text() };
                    break;
                case 2:
                    piece = piece with { Score = reader.Float() };
                    break;
                case 3:
                    piece = piece with { Kind = (PieceKind)reader.Integer() };
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return Enum.IsDefined(piece.Kind) && piece.Text.Length > 0
            ? piece
            : throw new TokenizerFormatException("A piece has no text or an unknown type.", where, $"'{piece.Text}', type {(int)piece.Kind}", "If the file came from a download, fetch it again.");
    }

    private static SentencePieceSettings Trainer(ReadOnlySpan<byte> message, SentencePieceSettings settings, string where)
    {
        // The defaults of the format.
        settings = settings with { BosId = 1, EosId = 2, PadId = -1 };
        var reader = new ProtobufReader(message, where);
        while (reader.MoveNext())
        {
            switch (reader.Field)
            {
                case 3:
                    settings = settings with { Algorithm = (SentencePieceAlgorithm)reader.Integer() };
                    break;
                case 24:
                    settings = settings with { TreatWhitespaceAsSuffix = reader.Bool() };
                    break;
                case 35:
                    settings = settings with { ByteFallback = reader.Bool() };
                    break;
                case 41:
                    settings = settings with { BosId = (int)reader.Integer() };
                    break;
                case 42:
                    settings = settings with { EosId = (int)reader.Integer() };
                    break;
                case 43:
                    settings = settings with { PadId = (int)reader.Integer() };
                    break;
                case 44:
                    settings = settings with { UnknownSurface = reader.Text() };
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return Enum.IsDefined(settings.Algorithm)
            ? settings
            : throw new TokenizerFormatException("The model's type is unknown.", where, $"model_type {(int)settings.Algorithm}", "Hone knows 1 (unigram), 2 (bpe), 3 (word) and 4 (char).");
    }

    private static SentencePieceSettings NormalizerOf(ReadOnlySpan<byte> message, SentencePieceSettings settings, string where)
    {
        var reader = new ProtobufReader(message, where);
        while (reader.MoveNext())
        {
            switch (reader.Field)
            {
                case 2:
                    ReadOnlySpan<byte> map = reader.Bytes();
                    settings = settings with { CharacterMap = map.Length == 0 ? null : PrecompiledReader.Read(map, where) };
                    break;
                case 3:
                    settings = settings with { AddDummyPrefix = reader.Bool() };
                    break;
                case 4:
                    settings = settings with { RemoveExtraWhitespaces = reader.Bool() };
                    break;
                case 5:
                    settings = settings with { EscapeWhitespaces = reader.Bool() };
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return settings;
    }
}
