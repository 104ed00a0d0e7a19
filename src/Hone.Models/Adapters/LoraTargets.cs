using System.Globalization;
using System.Text.RegularExpressions;
using Hone.Models.Families;

namespace Hone.Models.Adapters;

/// <summary>Which layers of a model an adapter's settings mean, and with which rank and factor.</summary>
/// <remarks>
/// Names fit a path that is equal or ends with a dot and the name; expressions fit whole paths; patterns for rank and alpha fit the end of a path behind a dot,
/// the first that fits counts. Source: PEFT 0.21, <c>check_target_module_exists</c> and <c>get_pattern_key</c>.
/// </remarks>
internal sealed class LoraTargets
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    private readonly LoraConfig _config;
    private readonly Regex? _target, _excluded;
    private readonly Regex[] _layers;
    private readonly (Regex Path, double Value)[] _ranks, _alphas;

    public LoraTargets(LoraConfig config, string location)
    {
        _config = config;
        bool isAll = config.IsTargetExpression && config.TargetModules[0] == LoraConfig.AllLinear;
        _target = config.IsTargetExpression && !isAll ? Whole(config.TargetModules[0], location) : null;
        _excluded = config.IsExcludeExpression ? Whole(config.ExcludeModules[0], location) : null;
        string[] patterns = config.LayersPattern.IsEmpty ? ["[^.]*"] : [.. config.LayersPattern];
        _layers = config.LayersToTransform.IsEmpty ? [] : [.. patterns.Select(pattern => Compile($@"^.*\.{pattern}\.(?<layer>\d+)\.", location))];
        _ranks = [.. config.RankPattern.Select(pair => (Ending(pair.Key, location), pair.Value))];
        _alphas = [.. config.AlphaPattern.Select(pair => (Ending(pair.Key, location), pair.Value))];
        MeansAllLinear = isAll;
    }

    /// <summary>Whether every linear layer but the head is meant.</summary>
    public bool MeansAllLinear { get; }

    /// <summary>Whether a layer gets an update.</summary>
    /// <param name="path">Path of the layer.</param>
    /// <param name="isHead">Whether it is the output head.</param>
    /// <param name="isLinear">Whether it is a linear layer.</param>
    public bool Fits(string path, bool isHead, bool isLinear)
    {
        if (IsSaved(path) || (_excluded is not null ? _excluded.IsMatch(path) : _config.ExcludeModules.Any(name => Ends(path, name))))
        {
            return false;
        }

        if (MeansAllLinear)
        {
            return isLinear && !isHead;
        }

        return _target is not null ? _target.IsMatch(path) : _config.TargetModules.Any(name => Ends(path, name)) && IsInLayers(path);
    }

    /// <summary>Whether a module is trained and saved whole, alone or as a part of one that is.</summary>
    public bool IsSaved(string path)
    {
        for (int end = path.Length; end > 0; end = path.LastIndexOf('.', end - 1))
        {
            if (_config.ModulesToSave.Any(name => Ends(path[..end], name)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Rank of a layer's update.</summary>
    public int RankOf(string path) => (int)ValueOf(_ranks, path, _config.R);

    /// <summary>Factor of a layer's update.</summary>
    public double ScaleOf(string path)
    {
        double alpha = ValueOf(_alphas, path, _config.LoraAlpha);
        return alpha / (_config.UseRslora ? Math.Sqrt(RankOf(path)) : RankOf(path));
    }

    private static double ValueOf((Regex Path, double Value)[] patterns, string path, double otherwise)
    {
        foreach ((Regex pattern, double value) in patterns)
        {
            if (pattern.IsMatch(path))
            {
                return value;
            }
        }

        return otherwise;
    }

    private static bool Ends(string path, string name) =>
        path == name || (path.Length > name.Length && path.EndsWith(name, StringComparison.Ordinal) && path[^(name.Length + 1)] == '.');

    private static Regex Whole(string expression, string location) => Compile($"^(?:{expression})$", location);

    private static Regex Ending(string expression, string location) => Compile($@"^(?:.*\.)?(?:{expression})$", location);

    private static Regex Compile(string expression, string location)
    {
        try
        {
            return new Regex(expression, RegexOptions.CultureInvariant, s_patience);
        }
        catch (ArgumentException e)
        {
            throw new ModelConfigException("adapter_config.json holds an expression that cannot be read.", location, $"{expression}: {e.Message}", "Correct the expression, or list the modules by name.");
        }
    }

    private bool IsInLayers(string path) => _layers.Length == 0 || _layers.Any(pattern =>
        pattern.Match(path) is { Success: true } match && _config.LayersToTransform.Contains(int.Parse(match.Groups["layer"].ValueSpan, CultureInfo.InvariantCulture)));
}
