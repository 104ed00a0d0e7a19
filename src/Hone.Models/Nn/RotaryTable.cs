using System.Numerics;
using Hone.Tensors;

namespace Hone.Models.Nn;

/// <summary>Cosines and sines of a rotary embedding, made for as many positions as are asked for.</summary>
public sealed class RotaryTable : IDisposable
{
    private const int MinPositions = 128;

    private readonly RopeFrequencies _frequencies;
    private readonly Lock _lock = new();
    private Table? _table;

    /// <summary>Prepares the table of one kind of layer.</summary>
    /// <param name="parameters">Base and scaling.</param>
    /// <param name="headDim">Width of a head.</param>
    public RotaryTable(RopeParameters parameters, int headDim) => _frequencies = new RopeFrequencies(parameters, headDim);

    /// <summary>How the angles change with the length of the text; nothing when they do not.</summary>
    public RotaryLengthRule? LengthRule => _frequencies.LengthRule;

    /// <summary>Turns the heads by the angles of their tokens' positions.</summary>
    /// <param name="heads"><c>[tokens, heads, headDim]</c>.</param>
    /// <param name="context">Positions, and the length that scalings with the text's length go by.</param>
    /// <returns>A tensor of the shape of <paramref name="heads"/>.</returns>
    public Tensor Rotate(Tensor heads, AttentionContext context)
    {
        if (LengthRule is not null && context.RotarySpans is { Count: > 1 } spans)
        {
            return Rotate(heads, context.Positions, spans);
        }

        Table table = For(LengthRule is not null && context.RotarySpans is [var only] ? only.Length : context.RotaryLength);
        return Ops.RotaryEmbedding(heads, context.Positions, table.Cos, table.Sin);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _table?.Cos.Dispose();
        _table?.Sin.Dispose();
    }

    private Tensor Rotate(Tensor heads, Tensor positions, IReadOnlyList<RotarySpan> spans)
    {
        var parts = new Tensor[spans.Count];
        for (int i = 0, row = 0; i < parts.Length; row += spans[i++].Rows)
        {
            Table table = For(spans[i].Length);
            parts[i] = Ops.RotaryEmbedding(Ops.Slice(heads, 0, row, spans[i].Rows), Ops.Slice(positions, 0, row, spans[i].Rows), table.Cos, table.Sin);
        }

        return Ops.Concatenate(parts, 0);
    }

    private Table For(int length)
    {
        lock (_lock)
        {
            int regime = _frequencies.RegimeOf(length);
            if (_table is null || _table.Regime != regime || _table.Positions < length)
            {
                // The old table is left to the graphs and threads that still use it.
                _table = Create(regime, (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(MinPositions, length)));
            }

            return _table;
        }
    }

    private Table Create(int regime, int positions)
    {
        float[] inverse = _frequencies.Inverse(regime);
        var factor = (float)_frequencies.AttentionFactor;
        var cos = new float[(long)positions * inverse.Length];
        var sin = new float[cos.Length];
        for (int position = 0; position < positions; position++)
        {
            for (int i = 0; i < inverse.Length; i++)
            {
                float angle = position * inverse[i]; // rounded to f32, as the checkpoints' own code does
                cos[(position * inverse.Length) + i] = (float)Math.Cos(angle) * factor;
                sin[(position * inverse.Length) + i] = (float)Math.Sin(angle) * factor;
            }
        }

        return new Table(
            regime, positions, new Parameter(Tensor.From(cos, positions, inverse.Length), "cos", requiresGrad: false),
            new Parameter(Tensor.From(sin, positions, inverse.Length), "sin", requiresGrad: false)); // parameters live outside scopes
    }

    private sealed record Table(int Regime, int Positions, Parameter Cos, Parameter Sin);
}
