using Hone.Inference.KvCache;

namespace Hone.Inference.Tests.KvCache;

public sealed class PagePoolTests
{
    [Fact]
    public void TryTake_AllInUse_ReturnsFalse()
    {
        var pool = new PagePool(2, 4);

        Assert.True(pool.TryTake(out int first));
        Assert.True(pool.TryTake(out int second));
        Assert.NotEqual(first, second);
        Assert.False(pool.TryTake(out _));
        Assert.Equal(0, pool.Available);
    }

    [Fact]
    public void Release_TwiceFreed_Throws()
    {
        var pool = new PagePool(1, 4);
        pool.TryTake(out int page);
        pool.Release(page);

        Assert.Throws<InvalidOperationException>(() => pool.Release(page));
    }

    [Fact]
    public void TryTake_OnlyIdlePagesLeft_GivesAwayTheLeastRecentlyUsed()
    {
        var pool = new PagePool(2, 1);
        pool.TryTake(out int first);
        pool.TryTake(out int second);
        pool.Register(first, -1, [7]);
        pool.Register(second, -1, [8]);
        pool.Release(first);
        pool.Release(second);

        Assert.Equal(2, pool.Idle);
        pool.TryTake(out int taken);

        Assert.Equal(first, taken);
        Assert.Null(pool.Find(-1, [7]));
        Assert.Equal(second, pool.Find(-1, [8])!.Value.Page);
    }

    [Fact]
    public void Share_IdlePage_TakesItOutOfTheQueue()
    {
        var pool = new PagePool(1, 1);
        pool.TryTake(out int page);
        pool.Register(page, -1, [7]);
        pool.Release(page);

        pool.Share(page);

        Assert.Equal(0, pool.Available);
        Assert.False(pool.TryTake(out _));
    }

    [Fact]
    public void Find_OtherParentOrTokens_FindsNothing()
    {
        var pool = new PagePool(2, 2);
        pool.TryTake(out int page);
        long node = pool.Register(page, -1, [1, 2]);

        Assert.Equal(page, pool.Find(-1, [1, 2])!.Value.Page);
        Assert.Null(pool.Find(-2, [1, 2]));
        Assert.Null(pool.Find(node, [1, 2]));
        Assert.Null(pool.Find(-1, [2, 1]));
    }

    [Fact]
    public void Register_KnownContent_ReturnsItsNodeAndKeepsThePagePrivate()
    {
        var pool = new PagePool(2, 1);
        pool.TryTake(out int first);
        pool.TryTake(out int second);
        long node = pool.Register(first, -1, [5]);

        Assert.Equal(node, pool.Register(second, -1, [5]));
        pool.Release(second);

        Assert.Equal(1, pool.Available);
        Assert.Equal(0, pool.Idle);
    }

    [Fact]
    public void ForgetPrefixes_IdleAndUsed_NothingIsFoundAndNothingIsLost()
    {
        var pool = new PagePool(3, 1);
        pool.TryTake(out int used);
        pool.TryTake(out int idle);
        pool.Register(used, -1, [1]);
        pool.Register(idle, -1, [2]);
        pool.Release(idle);

        pool.ForgetPrefixes();

        Assert.Null(pool.Find(-1, [1]));
        Assert.Null(pool.Find(-1, [2]));
        Assert.Equal(2, pool.Available);
        pool.Release(used);
        Assert.Equal(3, pool.Available);
        Assert.Equal(0, pool.Idle);
    }
}
