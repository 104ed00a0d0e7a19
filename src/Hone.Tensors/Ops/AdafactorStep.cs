using Hone.Tensors.Errors;
using Hone.Tensors.Kernels;

namespace Hone.Tensors;

/// <content>The step of Adafactor.</content>
public static partial class Ops
{
    /// <summary>Updates a parameter and its state in place, with a second moment that is kept as row and column means.</summary>
    /// <param name="tensors">The parameter.</param>
    /// <param name="settings">Settings of the step.</param>
    /// <remarks>
    /// With <c>s = g² + ε</c> and, for matrices (the last two dimensions), means r over each row and c over each column:
    /// <c>R ← β2·R + (1 − β2)·r, C ← β2·C + (1 − β2)·c, u = g/√(R·C/mean(R))</c>; for vectors <c>V ← β2·V + (1 − β2)·s, u = g/√V</c>.
    /// Then <c>u ← lr·u/max(1, rms(u)/d)</c>, <c>u ← m ← β1·m + (1 − β1)·u</c> with a first moment, <c>p ← p·(1 − lr·wd) − u</c>.
    /// Source: Shazeer and Stern, arXiv:1804.04235, algorithms 4 and 5; order of operations as in transformers 5.23, <c>Adafactor</c>.
    /// </remarks>
    /// <exception cref="TensorException">The parameter has no gradient, or its state has another shape or type.</exception>
    public static void AdafactorStep(AdafactorTensors tensors, AdafactorSettings settings)
    {
        Parameter p = tensors.Parameter;
        Tensor gradient = OptimizerStep.Check("Adafactor", p, tensors.Squares, tensors.FirstMoment);
        if (p.ElementCount == 0)
        {
            return;
        }

        if (p.Rank < 2)
        {
            ByElements(tensors, settings, gradient, Require(tensors, tensors.Squares, p.Shape, "mean squares"));
        }
        else
        {
            Tensor rows = Require(tensors, tensors.RowSquares, new Shape(p.Shape.Dimensions[..^1]), "mean squares of rows");
            Tensor columns = Require(tensors, tensors.ColumnSquares, new Shape([.. p.Shape.Dimensions[..^2], p.Shape[-1]]), "mean squares of columns");
            IAdafactorKernel? kernel = p.DType == DType.F32 ? KernelTable<IAdafactorKernel>.For(p.Device) : null;
            if (kernel is null)
            {
                FactoredByReference(tensors, settings, gradient, rows, columns);
            }
            else
            {
                FactoredByKernel(kernel, tensors, settings, gradient, rows, columns);
            }
        }

        p.MarkWritten();
        tensors.FirstMoment?.MarkWritten();
    }

    private static Tensor Require(AdafactorTensors tensors, Tensor? state, Shape shape, string what) =>
        state is not null && state.Shape == shape && state.DType == tensors.Parameter.DType && state.IsContiguous ? state : throw new TensorException(
            $"Adafactor: the {what} do not fit the parameter.",
            tensors.Parameter.Name,
            $"parameter {tensors.Parameter}, expected {shape}, got {state?.ToString() ?? "nothing"}",
            "Make the state with Tensor.Zeros of that shape and the parameter's type.");

    private static unsafe void FactoredByKernel(IAdafactorKernel kernel, AdafactorTensors tensors, AdafactorSettings settings, Tensor gradient, Tensor rowSquares, Tensor columnSquares)
    {
        int rows = tensors.Parameter.Shape[-2], columns = tensors.Parameter.Shape[-1];
        long matrices = tensors.Parameter.ElementCount / ((long)rows * columns);
        float* p = tensors.Parameter.Pointer<float>(), g = gradient.Pointer<float>();
        float* m = tensors.FirstMoment is { } moment ? moment.Pointer<float>() : null;
        Span<float> r = rowSquares.Span<float>(), c = columnSquares.Span<float>();
        float[] rowFactors = new float[matrices * rows], columnFactors = new float[matrices * columns];
        double squares = 0;
        fixed (float* rowTarget = rowFactors, columnTarget = columnFactors)
        {
            for (int i = 0; i < matrices; i++)
            {
                long at = (long)i * rows * columns;
                Span<float> rowFactor = rowFactors.AsSpan(i * rows, rows), columnFactor = columnFactors.AsSpan(i * columns, columns);
                kernel.SquareSums(g + at, rowTarget + ((long)i * rows), columnTarget + ((long)i * columns), rows, columns);
                double scale = (double)settings.GradientScale * settings.GradientScale;
                Blend(r.Slice(i * rows, rows), rowFactor, scale / columns, settings);
                Blend(c.Slice(i * columns, columns), columnFactor, scale / rows, settings);
                Factors(r.Slice(i * rows, rows), c.Slice(i * columns, columns), rowFactor, columnFactor, settings.GradientScale);
                squares += kernel.UpdateSquares(g + at, rowTarget + ((long)i * rows), columnTarget + ((long)i * columns), rows, columns);
            }

            double step = tensors.LearningRate / Math.Max(1, Math.Sqrt(squares / tensors.Parameter.ElementCount) / settings.ClipThreshold);
            for (int i = 0; i < matrices; i++)
            {
                long at = (long)i * rows * columns;
                kernel.Update(new AdafactorUpdate
                {
                    Parameter = p + at,
                    Gradient = g + at,
                    FirstMoment = m == null ? null : m + at,
                    RowFactors = rowTarget + ((long)i * rows),
                    ColumnFactors = columnTarget + ((long)i * columns),
                    Rows = rows,
                    Columns = columns,
                    Step = (float)step,
                    Keep = (float)(1 - (tensors.LearningRate * tensors.WeightDecay)),
                    Beta1 = (float)settings.Beta1,
                });
            }
        }

        rowSquares.MarkWritten();
        columnSquares.MarkWritten();
    }

    /// <summary>Moves running means towards the means whose sums are given.</summary>
    private static void Blend(Span<float> running, ReadOnlySpan<float> sums, double share, AdafactorSettings settings)
    {
        for (int i = 0; i < running.Length; i++)
        {
            running[i] = (float)((settings.Beta2 * running[i]) + ((1 - settings.Beta2) * ((sums[i] * share) + settings.SquareEpsilon)));
        }
    }

    /// <summary>Factors of each row, with the gradient's scale in them, and of each column that turn a gradient into an update.</summary>
    private static void Factors(ReadOnlySpan<float> rows, ReadOnlySpan<float> columns, Span<float> rowFactors, Span<float> columnFactors, double scale)
    {
        double mean = 0;
        foreach (float row in rows)
        {
            mean += row;
        }

        mean /= rows.Length;
        for (int i = 0; i < rows.Length; i++)
        {
            rowFactors[i] = (float)(scale / Math.Sqrt(rows[i] / mean));
        }

        for (int i = 0; i < columns.Length; i++)
        {
            columnFactors[i] = (float)(1 / Math.Sqrt(columns[i]));
        }
    }

    /// <summary>The formula for matrices element by element, in f64.</summary>
    private static void FactoredByReference(AdafactorTensors tensors, AdafactorSettings settings, Tensor gradient, Tensor rowSquares, Tensor columnSquares)
    {
        int rows = tensors.Parameter.Shape[-2], columns = tensors.Parameter.Shape[-1];
        double[] g = gradient.ToDoubles(), r = rowSquares.ToDoubles(), c = columnSquares.ToDoubles();
        double[] update = new double[g.Length];
        for (int matrix = 0; matrix < g.Length / (rows * columns); matrix++)
        {
            double[] rowMeans = new double[rows], columnMeans = new double[columns];
            for (int i = 0; i < rows * columns; i++)
            {
                double scaled = g[(matrix * rows * columns) + i] * settings.GradientScale;
                double square = (scaled * scaled) + settings.SquareEpsilon;
                rowMeans[i / columns] += square / columns;
                columnMeans[i % columns] += square / rows;
            }

            double mean = 0;
            for (int i = 0; i < rows; i++)
            {
                ref double row = ref r[(matrix * rows) + i];
                row = (settings.Beta2 * row) + ((1 - settings.Beta2) * rowMeans[i]);
                mean += row / rows;
            }

            for (int i = 0; i < columns; i++)
            {
                ref double column = ref c[(matrix * columns) + i];
                column = (settings.Beta2 * column) + ((1 - settings.Beta2) * columnMeans[i]);
            }

            for (int i = 0; i < rows * columns; i++)
            {
                int at = (matrix * rows * columns) + i;
                update[at] = g[at] * settings.GradientScale / Math.Sqrt(r[(matrix * rows) + (i / columns)] / mean * c[(matrix * columns) + (i % columns)]);
            }
        }

        OptimizerStep.Write(rowSquares, r);
        OptimizerStep.Write(columnSquares, c);
        ApplyUpdate(tensors, settings, update);
    }

    /// <summary>The formula for vectors element by element, in f64; vectors are small.</summary>
    private static void ByElements(AdafactorTensors tensors, AdafactorSettings settings, Tensor gradient, Tensor squares)
    {
        double[] g = gradient.ToDoubles(), v = squares.ToDoubles();
        double[] update = new double[g.Length];
        for (int i = 0; i < g.Length; i++)
        {
            double scaled = g[i] * settings.GradientScale;
            v[i] = (settings.Beta2 * v[i]) + ((1 - settings.Beta2) * ((scaled * scaled) + settings.SquareEpsilon));
            update[i] = scaled / Math.Sqrt(v[i]);
        }

        OptimizerStep.Write(squares, v);
        ApplyUpdate(tensors, settings, update);
    }

    private static void ApplyUpdate(AdafactorTensors tensors, AdafactorSettings settings, double[] update)
    {
        double rms = Math.Sqrt(update.Sum(u => u * u) / update.Length);
        double step = tensors.LearningRate / Math.Max(1, rms / settings.ClipThreshold);
        double[] p = tensors.Parameter.ToDoubles();
        double[]? m = tensors.FirstMoment?.ToDoubles();
        for (int i = 0; i < p.Length; i++)
        {
            double moved = step * update[i];
            if (m is not null)
            {
                moved = m[i] = (settings.Beta1 * m[i]) + ((1 - settings.Beta1) * moved);
            }

            p[i] = (p[i] * (1 - (tensors.LearningRate * tensors.WeightDecay))) - moved;
        }

        OptimizerStep.Write(tensors.Parameter, p);
        if (m is not null && tensors.FirstMoment is { } moment)
        {
            OptimizerStep.Write(moment, m);
        }
    }
}
