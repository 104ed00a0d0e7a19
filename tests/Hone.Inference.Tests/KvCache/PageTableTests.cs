using Hone.Core.Random;
using Hone.Inference.KvCache;

namespace Hone.Inference.Tests.KvCache;

public sealed class PageTableTests
{
    [Fact]
    public void AttachPrefix_FullPagesOfAnother_AreShared()
    {
        var pool = new PagePool(8, 2);
        var first = new PageTable(pool, -1);
        Assert.True(first.TryReserve(0, 5, NoCopy));
        first.Register([1, 2, 3, 4, 5]);
        var second = new PageTable(pool, -1);

        int found = second.AttachPrefix([1, 2, 3, 4, 5, 6]);

        Assert.Equal(4, found); // the fifth token's page is not full
        Assert.Equal(first.Pages[..2].ToArray(), second.Pages.ToArray());
        Assert.Equal(4, PageTable.CountPrefix(pool, -1, [1, 2, 3, 4, 9]));
        Assert.Equal(0, PageTable.CountPrefix(pool, -2, [1, 2, 3, 4, 9]));
    }

    [Fact]
    public void TryReserve_SharedLastPage_IsCopiedForAllButTheLast()
    {
        var pool = new PagePool(4, 4);
        var first = new PageTable(pool, -1);
        first.TryReserve(0, 2, NoCopy);
        PageTable second = first.Fork();
        var copies = new List<(int From, int To)>();

        Assert.Equal(1, first.PagesFor(2, 1));
        Assert.True(first.TryReserve(2, 1, (from, to) => copies.Add((from, to))));
        Assert.Equal(0, second.PagesFor(2, 1));
        Assert.True(second.TryReserve(2, 1, NoCopy));

        Assert.Equal([(second.Pages.Span[0], first.Pages.Span[0])], copies);
    }

    [Fact]
    public void TryReserve_TooFewPages_ChangesNothing()
    {
        var pool = new PagePool(2, 2);
        var table = new PageTable(pool, -1);
        Assert.True(table.TryReserve(0, 2, NoCopy));

        Assert.False(table.TryReserve(2, 4, NoCopy));

        Assert.Equal(1, table.Pages.Length);
        Assert.Equal(1, pool.Available);
    }

    [Fact]
    public void RandomWorkload_EverySequence_ReadsItsOwnTokensAndNoPageIsLost()
    {
        for (ulong seed = 0; seed < 60; seed++)
        {
            new Workload(seed).Run(400);
        }
    }

    private static void NoCopy(int from, int to) => Assert.Fail($"page {from} was copied to {to}");

    /// <summary>Sequences that begin, grow, fork and end at random over a pool that is too small, with a stand-in for the pages' contents.</summary>
    private sealed class Workload
    {
        private readonly RandomStream _random;
        private readonly PagePool _pool;
        private readonly int[,] _contents;
        private readonly List<(PageTable Table, List<int> Tokens, int Root)> _sequences = [];

        public Workload(ulong seed)
        {
            _random = new RandomStream(seed, "workload");
            _pool = new PagePool(4 + _random.NextInt32(20), 1 + _random.NextInt32(4));
            _contents = new int[_pool.PageCount, _pool.PageTokens];
        }

        public void Run(int steps)
        {
            for (int step = 0; step < steps; step++)
            {
                switch (_random.NextInt32(8))
                {
                    case 0 or 1:
                        Begin();
                        break;
                    case 2:
                        Fork();
                        break;
                    case 3:
                        End();
                        break;
                    default:
                        Grow();
                        break;
                }

                Check();
            }

            while (_sequences.Count > 0)
            {
                End();
            }

            Assert.Equal(_pool.PageCount, _pool.Available);
            _pool.ForgetPrefixes();
            Assert.Equal(_pool.PageCount, _pool.Available);
        }

        private void Begin()
        {
            int root = -1 - _random.NextInt32(2);
            List<int> tokens = [.. Enumerable.Range(0, 1 + _random.NextInt32(12)).Select(_ => _random.NextInt32(2))]; // two tokens: many shared prefixes
            var table = new PageTable(_pool, root);
            int found = table.AttachPrefix([.. tokens[..^1]]);
            if (!Write(table, tokens, found, root))
            {
                table.Release();
                return;
            }

            _sequences.Add((table, tokens, root));
        }

        private void Grow()
        {
            if (_sequences.Count > 0)
            {
                (PageTable table, List<int> tokens, int root) = _sequences[_random.NextInt32(_sequences.Count)];
                int count = tokens.Count;
                tokens.AddRange(Enumerable.Range(0, 1 + _random.NextInt32(3)).Select(_ => _random.NextInt32(2)));
                if (!Write(table, tokens, count, root))
                {
                    tokens.RemoveRange(count, tokens.Count - count);
                }
            }
        }

        private void Fork()
        {
            if (_sequences.Count > 0)
            {
                (PageTable table, List<int> tokens, int root) = _sequences[_random.NextInt32(_sequences.Count)];
                _sequences.Add((table.Fork(), [.. tokens], root));
            }
        }

        private void End()
        {
            if (_sequences.Count > 0)
            {
                int index = _random.NextInt32(_sequences.Count);
                _sequences[index].Table.Release();
                _sequences.RemoveAt(index);
            }
        }

        private bool Write(PageTable table, List<int> tokens, int first, int root)
        {
            int needed = table.PagesFor(first, tokens.Count - first), before = _pool.Available;
            if (!table.TryReserve(first, tokens.Count - first, Copy))
            {
                Assert.True(needed > before);
                return false;
            }

            Assert.Equal(before - needed, _pool.Available);
            for (int i = first; i < tokens.Count; i++)
            {
                _contents[table.Pages.Span[i / _pool.PageTokens], i % _pool.PageTokens] = Content(tokens[i], i, root);
            }

            table.Register([.. tokens]);
            return true;
        }

        private void Copy(int from, int to)
        {
            for (int slot = 0; slot < _pool.PageTokens; slot++)
            {
                _contents[to, slot] = _contents[from, slot];
            }
        }

        private void Check()
        {
            int[] owners = new int[_pool.PageCount];
            foreach ((PageTable table, List<int> tokens, int root) in _sequences)
            {
                Assert.Equal((tokens.Count + _pool.PageTokens - 1) / _pool.PageTokens, table.Pages.Length);
                for (int i = 0; i < tokens.Count; i++)
                {
                    Assert.Equal(Content(tokens[i], i, root), _contents[table.Pages.Span[i / _pool.PageTokens], i % _pool.PageTokens]);
                }

                foreach (int page in table.Pages.Span)
                {
                    owners[page]++;
                }
            }

            for (int page = 0; page < owners.Length; page++)
            {
                Assert.Equal(owners[page], _pool.Shares(page));
            }

            Assert.Equal(_pool.PageCount - owners.Count(n => n > 0), _pool.Available);
        }

        // What a page's slot holds depends on the whole prefix in truth; token, position and adapter are enough to notice a wrong page.
        private static int Content(int token, int position, int root) => (((position * 4) + token) * 4) - root;
    }
}
