namespace Hone.Pipelines.Reports;

/// <summary>Turns steps and values into coordinates of a drawing.</summary>
internal readonly record struct ChartScale(double FirstStep, double LastStep, double Low, double High, double Left, double Top, double Width, double Height)
{
    /// <summary>Horizontal coordinate of a step.</summary>
    public double X(double step) => Left + ((step - FirstStep) / (LastStep - FirstStep) * Width);

    /// <summary>Vertical coordinate of a value.</summary>
    public double Y(double value) => Top + ((High - value) / (High - Low) * Height);
}
