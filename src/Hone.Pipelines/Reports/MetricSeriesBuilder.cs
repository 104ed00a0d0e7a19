namespace Hone.Pipelines.Reports;

/// <summary>Takes in values step by step and keeps a bounded number of points: where there are too many, neighbours are joined in pairs.</summary>
internal sealed class MetricSeriesBuilder(string name)
{
    private const int MaxPoints = 512; // finer than a chart can show
    private const int MaxSteps = 16;

    private readonly List<MetricPoint> _points = [];
    private readonly List<long> _nonFinite = [];
    private long _stride = 1;
    private long _nonFiniteCount;
    private double? _last;

    /// <summary>Takes one value in.</summary>
    public void Add(long step, double value)
    {
        if (!double.IsFinite(value))
        {
            _nonFiniteCount++;
            if (_nonFinite.Count < MaxSteps)
            {
                _nonFinite.Add(step);
            }

            return;
        }

        _last = value;
        var point = new MetricPoint(step, step, 1, value, value, value);
        if (_points.Count > 0 && _points[^1].Count < _stride)
        {
            _points[^1] = MetricPoint.Join(_points[^1], point);
            return;
        }

        if (_points.Count == MaxPoints)
        {
            JoinPairs();
        }

        _points.Add(point);
    }

    /// <summary>Forgets what an interrupted attempt did from a step on, because a later attempt does it again.</summary>
    public void ForgetFrom(long step)
    {
        int kept = _points.Count;
        while (kept > 0 && _points[kept - 1].LastStep >= step)
        {
            kept--;
        }

        _points.RemoveRange(kept, _points.Count - kept);
        _last = kept == 0 ? null : _points[^1].Mean;
        int before = _nonFinite.Count;
        _nonFinite.RemoveAll(other => other >= step);
        _nonFiniteCount -= before - _nonFinite.Count;
    }

    /// <summary>Gives what was taken in.</summary>
    public MetricSeries Build(string unit) => new(name, unit, [.. _points], _stride, _last, _nonFiniteCount, [.. _nonFinite]);

    private void JoinPairs()
    {
        for (int i = 0; i + 1 < _points.Count; i += 2)
        {
            _points[i / 2] = MetricPoint.Join(_points[i], _points[i + 1]);
        }

        _points.RemoveRange(_points.Count / 2, _points.Count - (_points.Count / 2));
        _stride *= 2;
    }
}
