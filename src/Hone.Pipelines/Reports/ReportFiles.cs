using System.Text;
using Hone.Core.Runs;

namespace Hone.Pipelines.Reports;

/// <summary>Writes a report into files.</summary>
public static class ReportFiles
{
    /// <summary>Name of a form's file in the run's folder.</summary>
    public static string NameOf(ReportFormat format) => format switch
    {
        ReportFormat.Html => "report.html",
        ReportFormat.Markdown => "report.md",
        ReportFormat.Json => "report.json",
        _ => throw new ArgumentOutOfRangeException(nameof(format)),
    };

    /// <summary>Gives a form of a report; the same report gives the same bytes.</summary>
    /// <returns>UTF-8 without a byte order mark.</returns>
    public static byte[] Render(RunReport report, ReportFormat format)
    {
        ArgumentNullException.ThrowIfNull(report);
        return format switch
        {
            ReportFormat.Html => Encoding.UTF8.GetBytes(ReportHtml.Write(report)),
            ReportFormat.Markdown => Encoding.UTF8.GetBytes(ReportMarkdown.Write(report)),
            ReportFormat.Json => ReportJson.Write(report),
            _ => throw new ArgumentOutOfRangeException(nameof(format)),
        };
    }

    /// <summary>Writes all forms into a folder, usually the run's.</summary>
    /// <param name="report">The report.</param>
    /// <param name="folder">The folder; it must exist.</param>
    /// <param name="files">The file operations to use.</param>
    /// <returns>Path of the page.</returns>
    /// <exception cref="RunFolderException">A file cannot be written.</exception>
    public static string Write(RunReport report, string folder, IFileSystem files)
    {
        foreach (ReportFormat format in Enum.GetValues<ReportFormat>())
        {
            AtomicFile.Write(files, Path.Combine(folder, NameOf(format)), Render(report, format));
        }

        return Path.Combine(folder, NameOf(ReportFormat.Html));
    }
}
