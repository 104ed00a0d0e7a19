using Hone.Models.Nn;
using Hone.Tensors;

namespace Hone.Inference.Adapters;

/// <summary>Gives each row of a layer the update of its own request's adapter; the layer's product is computed once for all rows.</summary>
internal sealed class RoutedAdapter : ILinearAdapter
{
    private readonly AdapterRouter _router;
    private readonly Dictionary<int, ILinearAdapter> _updates = [];

    /// <summary>Creates the router's part in a layer.</summary>
    public RoutedAdapter(AdapterRouter router, Linear layer)
    {
        _router = router;
        Layer = layer;
    }

    /// <summary>The layer.</summary>
    public Linear Layer { get; }

    /// <summary>Adds the update of an adapter.</summary>
    public void Add(int adapter, ILinearAdapter update) => _updates.Add(adapter, update);

    /// <inheritdoc/>
    public Tensor Apply(Linear layer, Tensor x, Tensor y)
    {
        IReadOnlyList<(int Rows, int Adapter)> rows = _router.Rows;
        if (rows.Count == 1)
        {
            return Update(rows[0].Adapter, layer, x, y);
        }

        var parts = new Tensor[rows.Count];
        for (int i = 0, row = 0; i < parts.Length; row += rows[i++].Rows)
        {
            parts[i] = Update(rows[i].Adapter, layer, Ops.Slice(x, 0, row, rows[i].Rows), Ops.Slice(y, 0, row, rows[i].Rows));
        }

        return Ops.Concatenate(parts, 0);
    }

    private Tensor Update(int adapter, Linear layer, Tensor x, Tensor y) => _updates.TryGetValue(adapter, out ILinearAdapter? update) ? update.Apply(layer, x, y) : y;
}
