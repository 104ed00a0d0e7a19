namespace Hone.Training.Optimizers;

/// <summary>How Muon's learning rate depends on the shape of a matrix.</summary>
public enum MuonRateRule
{
    /// <summary>Times √max(1, rows/columns).</summary>
    Original,

    /// <summary>Times 0.2·√max(rows, columns): updates as large as AdamW's, whose learning rate then fits.</summary>
    MatchRmsAdamw,
}
