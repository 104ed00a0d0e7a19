using Hone.Core.Errors;

namespace Hone.Data.Datasets;

/// <summary>A row that cannot be trained on; whoever reads the rows says where it is, and may count it instead.</summary>
public sealed class InvalidRowException : HoneException
{
    /// <summary>Creates the error.</summary>
    /// <param name="issue">Why.</param>
    /// <param name="detail">What was expected and found in this row.</param>
    /// <param name="fix">What repairs it.</param>
    /// <param name="inner">The failure this one explains.</param>
    public InvalidRowException(RowIssue issue, string detail, string fix, Exception? inner = null)
        : base(Describe(issue), "", detail, fix, inner)
    {
        Issue = issue;
    }

    /// <summary>Why the row cannot be trained on.</summary>
    public RowIssue Issue { get; }

    /// <summary>Whether the settings ask for such rows to be left out, whatever is said of other rows.</summary>
    public bool IsToBeDropped { get; init; }

    private static string Describe(RowIssue issue) => issue switch
    {
        RowIssue.Malformed => "A row lacks what its format needs.",
        RowIssue.NoAnswer => "A row has no answer to train on.",
        RowIssue.RolesOutOfOrder => "The roles of a conversation are out of order.",
        RowIssue.Media => "A row comes with pictures, sound or video; here only text is trained.",
        RowIssue.TemplateFailed => "The chat template fails on a conversation.",
        RowIssue.TooLong => "An example is longer than allowed.",
        RowIssue.EqualAnswers => "The answers of a pair are the same.",
        _ => "An example has no trained token.",
    };
}
