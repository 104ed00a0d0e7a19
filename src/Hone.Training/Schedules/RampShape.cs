namespace Hone.Training.Schedules;

/// <summary>The curve along which a warmup-stable-decay schedule rises or falls.</summary>
public enum RampShape
{
    /// <summary>A line.</summary>
    Linear,

    /// <summary>Half a cosine.</summary>
    Cosine,

    /// <summary>One minus a square root (<c>1-sqrt</c> elsewhere): a fall that is steep at first, a rise that is steep at last.</summary>
    OneMinusSqrt,
}
