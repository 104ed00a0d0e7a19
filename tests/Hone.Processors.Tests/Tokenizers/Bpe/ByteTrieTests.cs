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

            var trie = new ByteTrie([.. entries.Keys.Select(key => key.Select(label => (byte)label).ToArray())], [.. entries.Values]);

            foreach (string key in entries.Keys.Concat(Enumerable.Range(0, 400).Select(_ => RandomKey(random, labels))))
            {
                Assert.Equal(entries.GetValueOrDefault(key, -1), ValueOf(trie, key));
            }
        }
    }

    [Fact]
    public void TryStep_InAnEmptyTrie_FindsNothing()
    {
        Assert.Equal(-1, ValueOf(new ByteTrie([], []), "a"));
        Assert.Equal(-1, ValueOf(new ByteTrie([], []), "\0"));
    }

    private static int ValueOf(ByteTrie trie, string key)
    {
        int state = ByteTrie.Root, value = -1;
        foreach (char label in key)
        {
            if (!trie.TryStep(ref state, (byte)label, out value))
            {
                return -1;
            }
        }

        return value;
    }

    private static string RandomKey(RandomStream random, int labels) => string.Concat(Enumerable.Range(0, 1 + random.NextInt32(6)).Select(_ => (char)random.NextInt32(labels)));
}
