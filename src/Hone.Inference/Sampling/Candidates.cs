namespace Hone.Inference.Sampling;

/// <summary>The tokens that may still be drawn, in order of their ids, with their scores; filters take tokens away.</summary>
/// <remarks>All filters are linear in the number of candidates: the cut of a sorted list is found by a histogram, and only its own bucket is sorted.</remarks>
internal sealed class Candidates
{
    private const int Buckets = 2048;
    private const int BucketsPerNat = 64; // 32 nats in all: what lies below shares the last bucket

    private readonly double[] _mass = new double[Buckets];
    private int[] _ids = [];
    private float[] _scores = [];
    private float[] _weights = [];
    private float[] _keys = [];
    private int[] _members = [];
    private float[] _selection = [];
    private bool _weightsAreCurrent;
    private double _total;
    private int _offered;

    /// <summary>Number of candidates.</summary>
    public int Count { get; private set; }

    /// <summary>Token ids, ascending.</summary>
    public ReadOnlySpan<int> Ids => _ids.AsSpan(0, Count);

    /// <summary>Relative probabilities of <see cref="Ids"/>; their sum is <see cref="TotalWeight"/>.</summary>
    public ReadOnlySpan<float> Weights
    {
        get
        {
            EnsureWeights();
            return _weights.AsSpan(0, Count);
        }
    }

    /// <summary>Sum of <see cref="Weights"/>.</summary>
    public double TotalWeight
    {
        get
        {
            EnsureWeights();
            return _total;
        }
    }

    /// <summary>Starts with all possible tokens of a row, or with the <paramref name="topK"/> best and those tied with the last of them.</summary>
    /// <param name="scores">Logits by token id after penalties and temperature.</param>
    /// <param name="topK">0 for all.</param>
    public void Reset(ReadOnlySpan<float> scores, int topK)
    {
        Grow(scores.Length);
        float threshold = topK > 0 && topK < scores.Length ? KthLargest(scores, topK) : float.NegativeInfinity;
        Count = 0;
        for (int id = 0; id < scores.Length; id++)
        {
            if (scores[id] >= threshold && !float.IsNegativeInfinity(scores[id]))
            {
                _ids[Count] = id;
                _scores[Count++] = scores[id];
            }
        }

        _weightsAreCurrent = false;
    }

    /// <summary>Keeps the most probable tokens up to the one that brings their sum to <paramref name="p"/>.</summary>
    public void KeepTopP(double p)
    {
        float max = ScoreScan.Max(_scores.AsSpan(0, Count));
        for (int i = 0; i < Count; i++)
        {
            _keys[i] = max - _scores[i];
        }

        (float key, int ties) = Boundary(p);
        KeepKeysUpTo(key, ties);
    }

    /// <summary>Drops tokens less probable than a share of the most probable one.</summary>
    public void KeepMinP(double share) => KeepAbove(share * Weights[IndexOfBest()] / TotalWeight);

    /// <summary>Keeps the tokens whose surprise is nearest to the entropy.</summary>
    public void KeepTypical(double p)
    {
        double logTotal = LogTotal(), entropy = Entropy();
        for (int i = 0; i < Count; i++)
        {
            _keys[i] = (float)Math.Abs(logTotal - _scores[i] - entropy);
        }

        (float key, _) = Boundary(p);
        KeepKeysUpTo(key, Count);
    }

    /// <summary>Drops tokens below a probability, but never the best one.</summary>
    public void KeepAbove(double probability)
    {
        double least = probability * TotalWeight;
        float best = _scores[IndexOfBest()];
        BeginKeeping();
        for (int i = 0, all = _offered; i < all; i++)
        {
            if (_weights[i] >= least || _scores[i] == best)
            {
                KeepOne(i);
            }
        }
    }

    /// <summary>Drops tokens below a probability that shrinks where the distribution is flat.</summary>
    public void KeepEta(double eta) => KeepAbove(Math.Min(eta, Math.Sqrt(eta) * Math.Exp(-Entropy())));

    /// <summary>The candidate at a point of the cumulative distribution in order of ids.</summary>
    /// <param name="uniform">In [0, 1).</param>
    public int Draw(double uniform)
    {
        ReadOnlySpan<float> weights = Weights;
        double left = uniform * TotalWeight;
        int last = 0;
        for (int i = 0; i < weights.Length; i++)
        {
            if (weights[i] > 0)
            {
                last = i; // rounding may leave a rest behind the last candidate
                left -= weights[i];
                if (left < 0)
                {
                    break;
                }
            }
        }

        return _ids[last];
    }

    private void KeepKeysUpTo(float key, int ties)
    {
        BeginKeeping();
        for (int i = 0, all = _offered; i < all; i++)
        {
            if (_keys[i] < key || (_keys[i] == key && ties-- > 0))
            {
                KeepOne(i);
            }
        }
    }

    private void BeginKeeping()
    {
        _offered = Count;
        Count = 0;
        _total = 0;
    }

    // Moves a candidate to the front; reading is always ahead of writing.
    private void KeepOne(int index)
    {
        _ids[Count] = _ids[index];
        _scores[Count] = _scores[index];
        _weights[Count++] = _weights[index];
        _total += _weights[index];
    }

    private void EnsureWeights()
    {
        if (!_weightsAreCurrent)
        {
            ReadOnlySpan<float> scores = _scores.AsSpan(0, Count);
            _total = ScoreScan.Exponentials(scores, ScoreScan.Max(scores), _weights);
            _weightsAreCurrent = true;
        }
    }

    private float KthLargest(ReadOnlySpan<float> scores, int k)
    {
        if (_selection.Length < ScoreScan.KthLargestBuffer(k))
        {
            _selection = new float[ScoreScan.KthLargestBuffer(k)];
        }

        return ScoreScan.KthLargest(scores, k, _selection);
    }

    private void Grow(int size)
    {
        if (_ids.Length < size)
        {
            _ids = new int[size];
            _scores = new float[size];
            _weights = new float[size];
            _keys = new float[size];
            _members = new int[size];
        }
    }

    private double Entropy()
    {
        double logTotal = LogTotal(), total = TotalWeight, entropy = 0;
        for (int i = 0; i < Count; i++)
        {
            entropy += _weights[i] / total * (logTotal - _scores[i]);
        }

        return entropy;
    }

    private double LogTotal() => Math.Log(TotalWeight) + ScoreScan.Max(_scores.AsSpan(0, Count));

    private int IndexOfBest() => ScoreScan.ArgMax(_scores.AsSpan(0, Count));

    // The key at which the weights, taken in ascending order of keys, first reach the share p, and how many candidates of exactly that key it takes.
    private (float Key, int Ties) Boundary(double p)
    {
        EnsureWeights();
        Array.Clear(_mass);
        for (int i = 0; i < Count; i++)
        {
            _mass[BucketOf(_keys[i])] += _weights[i];
        }

        double target = p * _total, reached = 0;
        int bucket = 0;
        while (bucket < Buckets - 1 && reached + _mass[bucket] < target)
        {
            reached += _mass[bucket++];
        }

        int members = 0;
        for (int i = 0; i < Count; i++)
        {
            if (BucketOf(_keys[i]) == bucket)
            {
                _members[members++] = i;
            }
        }

        return BoundaryWithin(members, reached, target);
    }

    private (float Key, int Ties) BoundaryWithin(int members, double reached, double target)
    {
        int[] order = new int[members];
        float[] keys = new float[members];
        for (int m = 0; m < members; m++)
        {
            order[m] = _members[m];
            keys[m] = _keys[order[m]];
        }

        Array.Sort(keys, order);
        int ties = 0;
        for (int m = 0; m < members; m++)
        {
            ties = m > 0 && keys[m] == keys[m - 1] ? ties + 1 : 1;
            reached += _weights[order[m]];
            if (reached >= target)
            {
                return (keys[m], ties);
            }
        }

        return (float.PositiveInfinity, 0); // rounding left the sum a little below p: everything stays
    }

    private static int BucketOf(float key) => key < (Buckets - 1) / (float)BucketsPerNat ? (int)(key * BucketsPerNat) : Buckets - 1;
}
