using Hone.Tensors;

namespace Hone.Models.Nn;

/// <summary>Grouped-query self-attention with rotary positions, as in Llama and its relatives.</summary>
/// <remarks>Source: Vaswani et al., arXiv:1706.03762; Ainslie et al., GQA, arXiv:2305.13245.</remarks>
public sealed class SelfAttention : AttentionBlock
{
    private readonly AttentionSettings _settings;
    private readonly Linear _qProj, _kProj, _vProj, _oProj;
    private readonly LinearGroup _qkv;
    private readonly RmsNorm? _qNorm, _kNorm;

    /// <summary>Reads <c>{q,k,v,o}_proj</c> and, where there are some, <c>{q,k}_norm</c> below <paramref name="weights"/>' path.</summary>
    public SelfAttention(AttentionSettings settings, WeightSource weights)
    {
        _settings = settings;
        int queryWidth = settings.NumAttentionHeads * settings.HeadDim;
        int kvWidth = settings.NumKeyValueHeads * settings.HeadDim;
        _qProj = Child(new Linear(settings.HiddenSize, queryWidth, settings.QkvBias, weights.At("q_proj")));
        _kProj = Child(new Linear(settings.HiddenSize, kvWidth, settings.QkvBias, weights.At("k_proj")));
        _vProj = Child(new Linear(settings.HiddenSize, kvWidth, settings.QkvBias, weights.At("v_proj")));
        _oProj = Child(new Linear(queryWidth, settings.HiddenSize, settings.OutputBias, weights.At("o_proj")));
        _qkv = Child(new LinearGroup(weights, _qProj, _kProj, _vProj));
        if (settings.HeadNorm is { } norm)
        {
            _qNorm = Child(new RmsNorm(settings.HeadDim, norm.Eps, weights.At("q_norm"), norm.WeightOffset));
            _kNorm = Child(new RmsNorm(settings.HeadDim, norm.Eps, weights.At("k_norm"), norm.WeightOffset));
        }
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x, AttentionContext context)
    {
        Tensor[] projected = _qkv.Forward(x);
        Tensor q = SplitHeads(projected[0], _settings.NumAttentionHeads);  // [tokens, heads, headDim]
        Tensor k = SplitHeads(projected[1], _settings.NumKeyValueHeads);   // [tokens, kvHeads, headDim]
        Tensor v = SplitHeads(projected[2], _settings.NumKeyValueHeads);

        q = _qNorm is null ? q : _qNorm.Forward(q);
        k = _kNorm is null ? k : _kNorm.Forward(k);
        if (_settings.Rope is { } rope)
        {
            q = rope.Rotate(q, context);
            k = rope.Rotate(k, context);
        }

        Tensor mixed = context.Attend(_settings.Layer, q, k, v, _settings.Options);
        return _oProj.Forward(MergeHeads(mixed));
    }
}
