namespace Hone.Cli.Rendering;

/// <summary>Sizes and counts as a reader takes them in: three or four digits and a unit.</summary>
internal static class SizeText
{
    private static readonly string[] s_bytes = ["B", "kB", "MB", "GB", "TB"];
    private static readonly string[] s_counts = ["", " k", " M", " G", " T"];

    /// <summary>Bytes, in powers of ten.</summary>
    public static string Bytes(long bytes) => Scaled(bytes, s_bytes, " ");

    /// <summary>A number of things.</summary>
    public static string Count(long count) => Scaled(count, s_counts, "");

    private static string Scaled(long number, string[] units, string space)
    {
        double value = number;
        int unit = 0;
        while (value >= 999.5 && unit < units.Length - 1)
        {
            value /= 1000;
            unit++;
        }

        string format = unit == 0 || value >= 99.95 ? "0" : value >= 9.995 ? "0.0" : "0.00";
        return $"{value.ToString(format)}{space}{units[unit]}";
    }
}
