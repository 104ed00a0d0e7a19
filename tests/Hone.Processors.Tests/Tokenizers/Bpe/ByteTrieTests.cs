using Hone.Core.Random;
using Hone.Processors.Tokenizers.Bpe;

namespace Hone.Processors.Tests.Tokenizers.Bpe;

public sealed class ByteTrieTests
{
    [Fact]
    public void TryStep_FindsEveryEntryAndNothingElse()
    {
        var random = new RandomStream(2, "trie");
        for (int round = 0; round < 30; round++)
        {
            int labels = 1 + random.NextInt32(round % 3 == 0 ? 256 : 4);
            var entries = new SortedDictionary<string, int>(StringComparer.Ordinal);
            for (int i = 0; i < 400; i++)
            {
                entries[RandomKey(random, labels)] = i;
            }

            ByteTrie trie = CreateTrie(entries);

            foreach (string key in entries.Keys.Concat(Enumerable.Range(0, 400).Select(_ => RandomKey(random, labels))))
            {
                Assert.Equal(entries.GetValueOrDefault(key, -1), ValueOf(trie, key));
            }
        }
    }

    [Fact]
    public void TryStep_InAnEmptyTrie_FindsNothing()
    {
        Assert.Equal(-1, ValueOf(CreateTrie([]), "a"));
        Assert.Equal(-1, ValueOf(CreateTrie([]), "\0"));
    }

    private static int ValueOf(ByteTrie trie, string key)
    {
        int state = ByteTrie.Root, value = -1;
        foreach (char label in key)
        {
            if (!trie.TryStep(ref state, (byte)label, out int mark))
            {
                return -1;
            }

            value = trie.ValueAt(state);
            Assert.Equal(value < 0 ? 0 : (value & 1) + 1, mark);
        }

        return value;
    }

    // Given in another order than that of the bytes.
    private static ByteTrie CreateTrie(SortedDictionary<string, int> entries)
    {
        var keys = new ByteStrings();
        var values = new List<int>();
        foreach ((string key, int value) in entries.OrderBy(entry => entry.Value))
        {
            keys.Add([.. key.Select(label => (byte)label)]);
            values.Add(value);
        }

        return new ByteTrie(keys, keys.Sort(), values.ToArray());
    }

    private static string RandomKey(RandomStream random, int labels) => string.Concat(Enumerable.Range(0, 1 + random.NextInt32(12)).Select(_ => (char)random.NextInt32(labels)));
}
