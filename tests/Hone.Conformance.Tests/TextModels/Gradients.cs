using Hone.Models.Nn;
using Hone.Tensors;

namespace Hone.Conformance.Tests.TextModels;

/// <summary>Compares the gradients of a model's parameters with those of a fixture, by name.</summary>
internal static class Gradients
{
    private const string Whole = "grad.", Rows = "grad_rows.", RowIds = "grad_rows.ids";

    public static void Compare(Tolerance close, Module model, TextModelCase fixture)
    {
        Dictionary<string, Parameter> parameters = model.Parameters().ToDictionary(parameter => parameter.Name);
        foreach (string name in fixture.Expected.Names)
        {
            if (name.StartsWith(Whole, StringComparison.Ordinal))
            {
                close.Gradient(name, Gradient(parameters, name[Whole.Length..]), fixture.Doubles(name));
            }
            else if (name.StartsWith(Rows, StringComparison.Ordinal) && name != RowIds)
            {
                Parameter table = parameters[name[Rows.Length..]];
                long[] rows;
                using (Tensor ids = fixture.Expected[RowIds])
                {
                    rows = ids.ToArray<long>();
                }

                double[] gradient = table.Grad!.ToDoubles();
                int width = table.Shape[1];
                close.Gradient(name, rows.SelectMany(row => gradient.Skip((int)row * width).Take(width)).ToArray(), fixture.Doubles(name));
                int others = Enumerable.Range(0, table.Shape[0]).Count(row => !rows.Contains(row) && gradient.AsSpan(row * width, width).ContainsAnyExcept(0));
                Assert.True(others == 0, $"{name}: {others} rows that are not named have a gradient");
            }
        }
    }

    /// <summary>The gradient of a parameter, or of all experts of a layer stacked as transformers holds them in memory.</summary>
    private static double[] Gradient(Dictionary<string, Parameter> parameters, string name)
    {
        if (parameters.TryGetValue(name, out Parameter? parameter))
        {
            return parameter.Grad!.ToDoubles();
        }

        if (parameters.TryGetValue(InMixtralNames(name), out Parameter? renamed))
        {
            return renamed.Grad!.ToDoubles();
        }

        int experts = name.IndexOf(".experts.", StringComparison.Ordinal);
        Assert.True(experts > 0, $"no parameter '{name}'");
        string path = name[..experts], projection = name[(experts + ".experts.".Length)..];
        return Enumerable.Range(0, int.MaxValue)
            .Select(expert => parameters.GetValueOrDefault($"{path}.experts.{expert}.{projection}.weight") ?? parameters.GetValueOrDefault(InMixtralNames($"{path}.experts.{expert}.{projection}.weight")))
            .TakeWhile(found => found is not null)
            .SelectMany(found => found!.Grad?.ToDoubles() ?? new double[found.ElementCount])
            .ToArray();
    }

    /// <summary>Checkpoints of Mixtral keep the names of its first release.</summary>
    private static string InMixtralNames(string name) => name
        .Replace(".mlp.", ".block_sparse_moe.", StringComparison.Ordinal)
        .Replace(".down_proj.", ".w2.", StringComparison.Ordinal);
}
