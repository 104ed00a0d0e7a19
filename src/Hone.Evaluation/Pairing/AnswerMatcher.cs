using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Hone.Evaluation.Statistics;

namespace Hone.Evaluation.Pairing;

/// <summary>Pairs two files of answers in three passes: the first file's digests, the second file against them, the texts of the pairs to show.</summary>
internal sealed class AnswerMatcher(int shown)
{
    private const int MaxIds = 10;

    private readonly Dictionary<string, Digest> _first = new(StringComparer.Ordinal);
    private readonly HashSet<string> _second = new(StringComparer.Ordinal);
    private readonly List<double> _firstScores = [], _secondScores = [];
    private readonly Dictionary<string, EvaluationRecord> _shown = new(StringComparer.Ordinal);
    private readonly List<string> _gained = [], _lost = [], _bothRight = [], _bothWrong = [];
    private readonly Tally _onlyFirst = new(), _onlySecond = new(), _prompts = new(), _references = new(), _repeated = new();

    public AnswerPairing Match(string firstPath, string secondPath)
    {
        foreach (EvaluationRecord record in AnswerFile.Read(firstPath))
        {
            if (!_first.TryAdd(record.Id, Digest.Of(record)))
            {
                _repeated.Add(record.Id);
            }
        }

        foreach (EvaluationRecord record in AnswerFile.Read(secondPath))
        {
            Take(record);
        }

        foreach (string id in _first.Keys.Where(id => !_second.Contains(id)))
        {
            _onlyFirst.Add(id);
        }

        var texts = new Dictionary<string, EvaluationRecord>(StringComparer.Ordinal);
        foreach (EvaluationRecord record in AnswerFile.Read(firstPath).Where(record => _shown.ContainsKey(record.Id)))
        {
            texts.TryAdd(record.Id, record);
        }

        return new AnswerPairing
        {
            Comparison = _firstScores.Count == 0 ? null : PairedComparison.Of(_firstScores.ToArray(), _secondScores.ToArray()),
            OnlyInFirst = _onlyFirst.ToAnswers(),
            OnlyInSecond = _onlySecond.ToAnswers(),
            DifferentPrompts = _prompts.ToAnswers(),
            DifferentReferences = _references.ToAnswers(),
            Repeated = _repeated.ToAnswers(),
            Gained = Pairs(_gained),
            Lost = Pairs(_lost),
            BothRight = Pairs(_bothRight),
            BothWrong = Pairs(_bothWrong),
        };

        AnswerPair[] Pairs(List<string> ids) => [.. ids.Where(texts.ContainsKey).Select(id => new AnswerPair(texts[id], _shown[id]))]; // absent only if the file changed meanwhile
    }

    private void Take(EvaluationRecord record)
    {
        if (!_second.Add(record.Id))
        {
            _repeated.Add(record.Id);
            return;
        }

        if (!_first.TryGetValue(record.Id, out Digest first))
        {
            _onlySecond.Add(record.Id);
            return;
        }

        Digest second = Digest.Of(record);
        if (first.Prompt != second.Prompt || first.Reference != second.Reference)
        {
            (first.Prompt != second.Prompt ? _prompts : _references).Add(record.Id);
            return;
        }

        _firstScores.Add(first.Score);
        _secondScores.Add(second.Score);
        List<string> kind = second.Score > first.Score ? _gained : second.Score < first.Score ? _lost : second.Score > 0 ? _bothRight : _bothWrong;
        if (kind.Count < shown)
        {
            kind.Add(record.Id);
            _shown.Add(record.Id, record);
        }
    }

    private readonly record struct Digest(double Score, UInt128 Prompt, UInt128 Reference)
    {
        public static Digest Of(EvaluationRecord record) =>
            new(record.Score, HashOf(record.Messages.GetRawText()), HashOf(record.Reference));

        private static UInt128 HashOf(string text) => BinaryPrimitives.ReadUInt128LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }

    private sealed class Tally
    {
        private readonly List<string> _ids = [];
        private long _count;

        public void Add(string id)
        {
            _count++;
            if (_ids.Count < MaxIds)
            {
                _ids.Add(id);
            }
        }

        public UnpairedAnswers ToAnswers() => new(_count, [.. _ids]);
    }
}
