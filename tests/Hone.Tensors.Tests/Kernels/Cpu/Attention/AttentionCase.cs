using System.Collections.Immutable;
using System.Numerics;
using System.Runtime.InteropServices;
using Hone.Tensors.Kernels;

namespace Hone.Tensors.Tests.Kernels.Cpu.Attention;

/// <summary>Shapes and rules of one attention, from which operands in f32 and f64 with the same values are made.</summary>
internal sealed record AttentionCase
{
    public int Batch { get; init; } = 1;

    public int Heads { get; init; } = 2;

    public int KeyValueHeads { get; init; } = 1;

    public int QueryLength { get; init; } = 5;

    public int KeyLength { get; init; } = 5;

    public int HeadDim { get; init; } = 16;

    public int ValueDim { get; init; } = 16;

    public bool Causal { get; init; }

    public int? SlidingWindow { get; init; }

    public int? QueryStart { get; init; }

    public float? SoftCap { get; init; }

    public float? Scale { get; init; }

    /// <summary>Multiplies the random operands; scores grow with its square.</summary>
    public float Amplitude { get; init; } = 1;

    /// <summary>Whether each batch entry sees only a range of its keys.</summary>
    public bool KeyRanges { get; init; }

    /// <summary>Whether keys are hidden one by one.</summary>
    public bool KeyMask { get; init; }

    /// <summary>Entries of the bias's batch and head axes, or null without a bias.</summary>
    public (int Batch, int Heads)? Bias { get; init; }

    /// <summary>Lengths of packed sequences, or null for a padded batch.</summary>
    public ImmutableArray<(int Query, int Key)>? Packed { get; init; }

    /// <summary>Whether rows of one head lie next to each other (<c>[batch, heads, rows, width]</c>) instead of the heads of one row.</summary>
    public bool HeadMajor { get; init; }

    public int Seed { get; init; } = 1;

    public int TotalQueries => Packed is { } packed ? packed.Sum(p => p.Query) : QueryLength;

    public int TotalKeys => Packed is { } packed ? packed.Sum(p => p.Key) : KeyLength;

    public int SequenceCount => Packed?.Length ?? Batch;

    public int BiasRows => Packed is { } packed ? packed.Max(p => p.Query) : QueryLength;

    public int BiasColumns => Packed is { } packed ? packed.Max(p => p.Key) : KeyLength;

    public ImmutableArray<AttentionSequence> Sequences()
    {
        ImmutableArray<AttentionSequence>.Builder sequences = ImmutableArray.CreateBuilder<AttentionSequence>();
        int queryFirst = 0, keyFirst = 0;
        for (int s = 0; s < SequenceCount; s++)
        {
            (int queries, int keys) = Packed is { } packed ? packed[s] : (QueryLength, KeyLength);
            int begin = KeyRanges ? Math.Min(keys, s + 1) : 0;
            int end = KeyRanges ? Math.Max(begin, keys - 2 + s) : keys;
            bool[] mask = KeyMask ? [.. Enumerable.Range(0, keys).Select(j => (j * 7 + s) % 3 != 0)] : [];
            sequences.Add(new AttentionSequence(
                s, Packed is null ? s : 0, queryFirst, queries, keyFirst, keys, QueryStart ?? keys - queries, begin, Math.Min(end, keys)) { KeyMask = mask });
            if (Packed is not null)
            {
                queryFirst += queries;
                keyFirst += keys;
            }
        }

        return sequences.ToImmutable();
    }
}

/// <summary>Operands and results of one case in native memory, results surrounded by canaries.</summary>
internal sealed unsafe class AttentionBuffers<T> : IDisposable
    where T : unmanaged, INumberBase<T>
{
    private const int Guard = 64;
    private const double Canary = -12345;

    private readonly AttentionCase _case;
    private readonly List<(nint Memory, long Count)> _memory = [];

    public AttentionBuffers(AttentionCase c)
    {
        _case = c;
        int batches = c.Packed is null ? c.Batch : 1;
        (QueryCount, KeyCount) = ((long)batches * c.Heads * c.TotalQueries * c.HeadDim, (long)batches * c.KeyValueHeads * c.TotalKeys * c.HeadDim);
        (OutputCount, ValueCount) = ((long)batches * c.Heads * c.TotalQueries * c.ValueDim, (long)batches * c.KeyValueHeads * c.TotalKeys * c.ValueDim);
        RowCount = (long)batches * c.Heads * c.TotalQueries;
        BiasCount = c.Bias is { } b ? (long)b.Batch * b.Heads * c.BiasRows * c.BiasColumns : 0;
        var random = new Random(c.Seed);
        Query = Fill(QueryCount, random, c.Amplitude);
        Key = Fill(KeyCount, random, c.Amplitude);
        Value = Fill(ValueCount, random, 1);
        OutputGradient = Fill(OutputCount, random, 1);
        Bias = Fill(BiasCount, random, 1);
        Output = Allocate(OutputCount);
        LogSumExp = Allocate(RowCount);
        QueryGradient = Allocate(QueryCount);
        KeyGradient = Allocate(KeyCount);
        ValueGradient = Allocate(ValueCount);
        BiasGradient = Allocate(BiasCount);
        Problem = CreateProblem();
    }

    public long QueryCount { get; }

    public long KeyCount { get; }

    public long ValueCount { get; }

    public long OutputCount { get; }

    public long RowCount { get; }

    public long BiasCount { get; }

    public T* Query { get; }

    public T* Key { get; }

    public T* Value { get; }

    public T* OutputGradient { get; }

    public T* Bias { get; }

    public T* Output { get; }

    public T* LogSumExp { get; }

    public T* QueryGradient { get; }

    public T* KeyGradient { get; }

    public T* ValueGradient { get; }

    public T* BiasGradient { get; }

    public AttentionProblem<T> Problem { get; }

    public AttentionView<T> OutputView => View(Output, _case.Heads, _case.TotalQueries, _case.ValueDim);

    public AttentionView<T> LogSumExpView => new(LogSumExp, (long)_case.Heads * _case.TotalQueries, _case.TotalQueries, 1);

    public AttentionGradients<T> Gradients(bool query = true, bool key = true, bool value = true, bool bias = true)
    {
        new Span<T>(BiasGradient, (int)BiasCount).Clear();
        return new AttentionGradients<T>
        {
            Output = OutputView,
            LogSumExp = LogSumExpView,
            OutputGradient = View(OutputGradient, _case.Heads, _case.TotalQueries, _case.ValueDim),
            QueryGradient = query ? View(QueryGradient, _case.Heads, _case.TotalQueries, _case.HeadDim) : default,
            KeyGradient = key ? View(KeyGradient, _case.KeyValueHeads, _case.TotalKeys, _case.HeadDim) : default,
            ValueGradient = value ? View(ValueGradient, _case.KeyValueHeads, _case.TotalKeys, _case.ValueDim) : default,
            BiasGradient = bias && _case.Bias is not null ? BiasView(BiasGradient) : default,
        };
    }

    /// <summary>Fails when anything around a buffer was written.</summary>
    public void AssertGuardsIntact()
    {
        Assert.NotEmpty(_memory);
        foreach ((nint memory, long count) in _memory)
        {
            for (int i = 0; i < Guard; i++)
            {
                Assert.Equal(Canary, double.CreateChecked(((T*)memory)[i]));
                Assert.Equal(Canary, double.CreateChecked(((T*)memory)[Guard + count + i]));
            }
        }
    }

    public void Dispose()
    {
        foreach ((nint memory, _) in _memory)
        {
            NativeMemory.Free((void*)memory);
        }
    }

    private AttentionProblem<T> CreateProblem() => new()
    {
        Heads = _case.Heads,
        KeyValueHeads = _case.KeyValueHeads,
        HeadDim = _case.HeadDim,
        ValueDim = _case.ValueDim,
        Sequences = _case.Sequences(),
        Query = View(Query, _case.Heads, _case.TotalQueries, _case.HeadDim),
        Key = View(Key, _case.KeyValueHeads, _case.TotalKeys, _case.HeadDim),
        Value = View(Value, _case.KeyValueHeads, _case.TotalKeys, _case.ValueDim),
        Bias = _case.Bias is null ? default : BiasView(Bias),
        Causal = _case.Causal,
        SlidingWindow = _case.SlidingWindow,
        Scale = _case.Scale ?? 1 / MathF.Sqrt(_case.HeadDim),
        SoftCap = _case.SoftCap,
    };

    private AttentionView<T> View(T* data, int heads, int rows, int width)
    {
        long batch = (long)heads * rows * width;
        return _case.HeadMajor ? new(data, batch, (long)rows * width, width) : new(data, batch, width, (long)heads * width);
    }

    private AttentionView<T> BiasView(T* data)
    {
        (int batch, int heads) = _case.Bias!.Value; // callers ask only when the case has a bias
        long matrix = (long)_case.BiasRows * _case.BiasColumns;
        return new(data, batch == 1 ? 0 : heads * matrix, heads == 1 ? 0 : matrix, _case.BiasColumns);
    }

    private T* Fill(long count, Random random, float amplitude)
    {
        T* data = Allocate(count);
        for (long i = 0; i < count; i++)
        {
            data[i] = T.CreateChecked((float)((random.NextDouble() * 2) - 1) * amplitude); // rounded to f32, so that f64 operands are the same numbers
        }

        return data;
    }

    private T* Allocate(long count)
    {
        var data = (T*)NativeMemory.Alloc((nuint)((count + (2 * Guard)) * sizeof(T)));
        _memory.Add(((nint)data, count));
        new Span<T>(data, (int)count + (2 * Guard)).Fill(T.CreateChecked(Canary));
        return data + Guard;
    }
}
