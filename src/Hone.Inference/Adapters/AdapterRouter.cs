using Hone.Core.Errors;
using Hone.Inference.Scheduling;
using Hone.Models;
using Hone.Models.Nn;

namespace Hone.Inference.Adapters;

/// <summary>Knows the adapters of an engine and which rows of the current step use which.</summary>
internal sealed class AdapterRouter : IDisposable
{
    private readonly CausalLm _model;
    private readonly Dictionary<EngineAdapter, int> _numbers = [];
    private readonly List<RoutedAdapter> _routed = [];
    private readonly List<(int Rows, int Adapter)> _rows = [];

    /// <summary>Creates a router without adapters.</summary>
    public AdapterRouter(CausalLm model)
    {
        _model = model;
    }

    /// <summary>Rows of the current step in order, with the number of their adapter; 0 for none.</summary>
    public IReadOnlyList<(int Rows, int Adapter)> Rows => _rows;

    /// <summary>The number of an adapter, which is put into the model's layers when it is first asked for.</summary>
    /// <exception cref="HoneException">The adapter belongs to another model, or a layer has an adapter of its own.</exception>
    public int NumberOf(EngineAdapter? adapter)
    {
        if (adapter is null)
        {
            return 0;
        }

        if (!_numbers.TryGetValue(adapter, out int number))
        {
            number = _numbers.Count + 1;
            Install(adapter, number);
            _numbers.Add(adapter, number);
        }

        return number;
    }

    /// <summary>Says which rows the next pass has.</summary>
    /// <param name="chunks">Chunks of one adapter lie side by side.</param>
    public void Route(IReadOnlyList<ScheduledChunk> chunks)
    {
        _rows.Clear();
        foreach (ScheduledChunk chunk in chunks)
        {
            int adapter = chunk.Sequence.Request.AdapterNumber;
            if (_rows.Count > 0 && _rows[^1].Adapter == adapter)
            {
                _rows[^1] = (_rows[^1].Rows + chunk.Count, adapter);
            }
            else
            {
                _rows.Add((chunk.Count, adapter));
            }
        }

        Apply();
    }

    /// <summary>Says which texts the rows of the output head belong to.</summary>
    /// <param name="adapters">The adapter's number for each row; equal ones lie side by side.</param>
    public void RouteHead(ReadOnlySpan<int> adapters)
    {
        _rows.Clear();
        foreach (int adapter in adapters)
        {
            if (_rows.Count > 0 && _rows[^1].Adapter == adapter)
            {
                _rows[^1] = (_rows[^1].Rows + 1, adapter);
            }
            else
            {
                _rows.Add((1, adapter));
            }
        }

        Apply();
    }

    /// <summary>Takes the adapters out of the model.</summary>
    public void Dispose()
    {
        foreach (RoutedAdapter routed in _routed)
        {
            routed.Layer.Adapter = null;
        }
    }

    private void Apply()
    {
        // Without any adapter in the step the layers run as if there were none at all.
        bool isUsed = _rows.Exists(rows => rows.Adapter != 0);
        foreach (RoutedAdapter routed in _routed)
        {
            routed.Layer.Adapter = isUsed ? routed : null;
        }
    }

    private void Install(EngineAdapter adapter, int number)
    {
        HashSet<Linear> own = [.. _model.Modules().OfType<Linear>()];
        if (adapter.Layers.Keys.FirstOrDefault(layer => !own.Contains(layer)) is { } foreign)
        {
            throw new HoneException($"Adapter '{adapter.Name}' does not belong to the engine's model.", foreign.Path, "its layer is another object", "load the adapter for the model that the engine runs");
        }

        HashSet<Linear> experts = [.. _model.Modules().OfType<RoutedMlp>().SelectMany(mlp => mlp.Modules().OfType<Linear>())];
        if (adapter.Layers.Keys.FirstOrDefault(experts.Contains) is { } expert)
        {
            throw new HoneException($"Adapter '{adapter.Name}' cannot be chosen by request.", expert.Path, "it changes an expert, whose rows come from several requests", "merge the adapter into the model");
        }

        foreach ((Linear layer, ILinearAdapter update) in adapter.Layers)
        {
            RoutedAdapter? routed = _routed.Find(other => other.Layer == layer);
            if (routed is null)
            {
                if (layer.Adapter is not null)
                {
                    throw new HoneException("A layer of the engine's model already has an adapter.", layer.Path, "", "detach it or merge it, and give it to the requests instead");
                }

                _routed.Add(routed = new RoutedAdapter(this, layer));
            }

            routed.Add(number, update);
        }
    }
}
