using System.Globalization;
using System.Text;

namespace Hone.Processors.ChatTemplates.Jinja.Python;

/// <summary>Python's <c>datetime.strftime</c> in the C locale, for a time without a zone.</summary>
internal static class TimeFormat
{
    private const int DaysPerWeek = 7;
    private const int HoursPerHalfDay = 12;

    /// <summary>Replaces every directive.</summary>
    public static string Format(DateTime time, string format)
    {
        var text = new StringBuilder(format.Length + 16);
        for (int i = 0; i < format.Length; i++)
        {
            if (format[i] != '%' || i + 1 == format.Length)
            {
                text.Append(format[i]);
                continue;
            }

            // GNU libc: a flag before the directive changes the padding or the case.
            char flag = format[i + 1] is '-' or '_' or '0' or '^' or '#' && i + 2 < format.Length ? format[i + 1] : '\0';
            char directive = format[i + (flag == '\0' ? 1 : 2)];
            string? value = Directive(time, directive);
            if (value is null)
            {
                text.Append('%');
                continue;
            }

            text.Append(Flagged(value, flag));
            i += flag == '\0' ? 1 : 2;
        }

        return text.ToString();
    }

    private static string? Directive(DateTime t, char directive) => directive switch
    {
        'a' => t.ToString("ddd", CultureInfo.InvariantCulture),
        'A' => t.ToString("dddd", CultureInfo.InvariantCulture),
        'b' or 'h' => t.ToString("MMM", CultureInfo.InvariantCulture),
        'B' => t.ToString("MMMM", CultureInfo.InvariantCulture),
        'c' => $"{Directive(t, 'a')} {Directive(t, 'b')} {t.Day,2} {t:HH:mm:ss} {t.Year}",
        'C' => $"{t.Year / 100:00}",
        'd' => $"{t.Day:00}",
        'D' or 'x' => $"{t.Month:00}/{t.Day:00}/{t.Year % 100:00}",
        'e' => $"{t.Day,2}",
        'f' => $"{t.Ticks % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond:000000}",
        'F' => $"{t.Year}-{t.Month:00}-{t.Day:00}",
        'G' => ISOWeek.GetYear(t).ToString(CultureInfo.InvariantCulture),
        'g' => $"{ISOWeek.GetYear(t) % 100:00}",
        'H' => $"{t.Hour:00}",
        'I' => $"{HalfDayHour(t):00}",
        'j' => $"{t.DayOfYear:000}",
        'k' => $"{t.Hour,2}",
        'l' => $"{HalfDayHour(t),2}",
        'm' => $"{t.Month:00}",
        'M' => $"{t.Minute:00}",
        'n' => "\n",
        'p' => t.Hour < HoursPerHalfDay ? "AM" : "PM",
        'P' => t.Hour < HoursPerHalfDay ? "am" : "pm",
        'r' => $"{HalfDayHour(t):00}:{t.Minute:00}:{t.Second:00} {Directive(t, 'p')}",
        'R' => $"{t.Hour:00}:{t.Minute:00}",
        's' => new DateTimeOffset(t, TimeSpan.Zero).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
        'S' => $"{t.Second:00}",
        't' => "\t",
        'T' or 'X' => $"{t.Hour:00}:{t.Minute:00}:{t.Second:00}",
        'u' => $"{(t.DayOfWeek == DayOfWeek.Sunday ? DaysPerWeek : (int)t.DayOfWeek)}",
        'U' => $"{(t.DayOfYear - 1 + DaysPerWeek - (int)t.DayOfWeek) / DaysPerWeek:00}",
        'V' => $"{ISOWeek.GetWeekOfYear(t):00}",
        'w' => $"{(int)t.DayOfWeek}",
        'W' => $"{(t.DayOfYear - 1 + DaysPerWeek - (((int)t.DayOfWeek + DaysPerWeek - 1) % DaysPerWeek)) / DaysPerWeek:00}",
        'y' => $"{t.Year % 100:00}",
        'Y' => t.Year.ToString(CultureInfo.InvariantCulture),
        'z' or 'Z' => "",
        '%' => "%",
        _ => null,
    };

    private static int HalfDayHour(DateTime t) => t.Hour % HoursPerHalfDay == 0 ? HoursPerHalfDay : t.Hour % HoursPerHalfDay;

    private static string Flagged(string value, char flag)
    {
        string bare = value.TrimStart('0', ' ');
        bool isNumber = value.Length > 0 && value.AsSpan().IndexOfAnyExceptInRange('0', '9') is -1 || value.StartsWith(' ');
        return flag switch
        {
            '-' when isNumber => bare.Length == 0 ? "0" : bare,
            '_' when isNumber => (bare.Length == 0 ? "0" : bare).PadLeft(value.Length),
            '0' when isNumber => value.Replace(' ', '0'),
            '^' => value.ToUpperInvariant(),
            '#' => value.ToUpperInvariant(),
            _ => value,
        };
    }
}
