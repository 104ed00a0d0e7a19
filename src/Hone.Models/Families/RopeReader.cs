using System.Collections.Immutable;
using Hone.Models.Nn;

namespace Hone.Models.Families;

/// <summary>Reads rotary settings in both layouts: <c>rope_parameters</c> of transformers 5, and <c>rope_theta</c> with <c>rope_scaling</c> before it.</summary>
internal static class RopeReader
{
    private const double DefaultTheta = 10000;

    /// <summary>The settings of all layers, or of one type of layer where types have settings of their own.</summary>
    /// <param name="json">The config.</param>
    /// <param name="maxPositions">Longest text of the model.</param>
    /// <param name="headDim">Width of a head.</param>
    /// <param name="layerType"><c>full_attention</c> or <c>sliding_attention</c>; null when all layers are alike.</param>
    /// <param name="legacyTheta">Key of the base in the older layout.</param>
    /// <param name="defaultTheta">Base when the config gives none.</param>
    /// <param name="legacyScaling">Whether <c>rope_scaling</c> applies to these layers in the older layout.</param>
    public static RopeParameters Read(
        ConfigReader json, int maxPositions, int headDim, string? layerType = null, string legacyTheta = "rope_theta", double defaultTheta = DefaultTheta, bool legacyScaling = true)
    {
        ConfigReader? section = json.Section("rope_parameters");
        if (layerType is not null && section?.Section(layerType) is { } own)
        {
            section = own;
        }

        double theta = section?.OptionalNumber("rope_theta") ?? json.Number(legacyTheta, defaultTheta);
        double partial = section?.OptionalNumber("partial_rotary_factor") ?? json.Number("partial_rotary_factor", 1);
        section ??= legacyScaling ? json.Section("rope_scaling") : null;
        ConfigReader at = section ?? json;
        RopeType type = section is null ? RopeType.Default : TypeOf(section);
        double? attentionFactor = section?.OptionalNumber("attention_factor");
        int original = section?.OptionalInteger("original_max_position_embeddings") ?? json.OptionalInteger("original_max_position_embeddings") ?? maxPositions;
        double factor = section?.OptionalNumber("factor") ?? (type == RopeType.LongRope || type == RopeType.Yarn ? (double)maxPositions / original : 1);
        if (type is RopeType.Linear or RopeType.Dynamic or RopeType.Llama3 && section?.Has("factor") != true)
        {
            throw at.Wrong("factor", $"rope type '{type.ToString().ToLowerInvariant()}' needs a factor");
        }

        if (!(theta > 1) || !(factor > 0) || !(partial is > 0 and <= 1) || original < 1)
        {
            throw at.Wrong("rope_theta", $"base {theta}, factor {factor}, partial rotary factor {partial}, original length {original}");
        }

        var parameters = new RopeParameters
        {
            RopeType = type,
            RopeTheta = theta,
            PartialRotaryFactor = partial,
            Factor = factor,
            MaxPositionEmbeddings = maxPositions,
            OriginalMaxPositionEmbeddings = original,
            AttentionFactor = attentionFactor,
            BetaFast = section?.OptionalNumber("beta_fast") ?? 32,
            BetaSlow = section?.OptionalNumber("beta_slow") ?? 1,
            Mscale = section?.OptionalNumber("mscale"),
            MscaleAllDim = section?.OptionalNumber("mscale_all_dim"),
            Truncate = section?.Flag("truncate", true) ?? true,
            LowFreqFactor = section?.OptionalNumber("low_freq_factor") ?? 1,
            HighFreqFactor = section?.OptionalNumber("high_freq_factor") ?? 4,
            ShortFactor = type == RopeType.LongRope ? Divisors(at, "short_factor", headDim, partial) : [],
            LongFactor = type == RopeType.LongRope ? Divisors(at, "long_factor", headDim, partial) : [],
        };
        return parameters;
    }

    private static RopeType TypeOf(ConfigReader section)
    {
        if (section.Has("mrope_section"))
        {
            throw section.Unsupported("mrope_section", "positions of several axes", "text positions");
        }

        string key = section.Has("rope_type") ? "rope_type" : "type";
        return section.OneOf(key, "default", "default", "linear", "dynamic", "yarn", "llama3", "longrope", "su") switch
        {
            "linear" => RopeType.Linear,
            "dynamic" => RopeType.Dynamic,
            "yarn" => RopeType.Yarn,
            "llama3" => RopeType.Llama3,
            "longrope" or "su" => RopeType.LongRope, // "su": the name in the first Phi-3 checkpoints
            _ => RopeType.Default,
        };
    }

    private static ImmutableArray<double> Divisors(ConfigReader section, string key, int headDim, double partial)
    {
        double[] divisors = section.Numbers(key) ?? throw section.Wrong(key, "longrope needs a divisor for each frequency");
        int wanted = (int)(headDim * partial) / 2;
        return divisors.Length == wanted && divisors.All(divisor => divisor > 0)
            ? [.. divisors]
            : throw section.Wrong(key, $"{divisors.Length} divisors, the rotated part of a head has {wanted} frequencies; all above 0");
    }
}
