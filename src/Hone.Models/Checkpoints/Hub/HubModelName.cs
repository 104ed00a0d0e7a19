using System.Diagnostics.CodeAnalysis;

namespace Hone.Models.Checkpoints.Hub;

/// <summary>A model's name on the hub: <c>ORG/NAME</c>, or <c>NAME</c> alone for the few models without an organization.</summary>
public sealed record HubModelName
{
    private const int MaxLength = 96;

    private HubModelName(string id) => Id = id;

    /// <summary>The name as the hub writes it.</summary>
    public string Id { get; }

    /// <summary>The organization or user; empty for a model without one.</summary>
    public string Organization => Id.Contains('/') ? Id[..Id.IndexOf('/', StringComparison.Ordinal)] : "";

    /// <summary>The part after the slash.</summary>
    public string Name => Id[(Id.IndexOf('/', StringComparison.Ordinal) + 1)..];

    /// <summary>Name of the model's folder in the cache.</summary>
    public string CacheFolder => "models--" + Id.Replace("/", "--");

    /// <summary>Whether a text has the form <c>ORG/NAME</c> or <c>ORG/NAME@REVISION</c> and so may name a model of the hub.</summary>
    public static bool LooksLikeOne(string text) => TryParse(text, out HubModelName? name, out _) && name.Organization.Length > 0;

    /// <summary>Splits <c>ORG/NAME</c> or <c>ORG/NAME@REVISION</c>.</summary>
    /// <param name="text">What a user wrote.</param>
    /// <param name="name">The model.</param>
    /// <param name="revision">The branch, tag or commit; <c>main</c> if none is given.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out HubModelName? name, out string revision)
    {
        int at = text.IndexOf('@', StringComparison.Ordinal);
        string id = at < 0 ? text : text[..at];
        revision = at < 0 ? "main" : text[(at + 1)..];
        string[] parts = id.Split('/');
        bool isName = id.Length <= MaxLength && parts.Length is 1 or 2 && Array.TrueForAll(parts, IsPart) && IsRevision(revision);
        name = isName ? new HubModelName(id) : null;
        return isName;
    }

    /// <summary>Splits <c>ORG/NAME</c> or <c>ORG/NAME@REVISION</c>.</summary>
    /// <exception cref="HubException">The text has another form.</exception>
    public static (HubModelName Name, string Revision) Parse(string text) => TryParse(text, out HubModelName? name, out string revision)
        ? (name, revision)
        : throw new HubException(HubFailure.BadName, "This is no name of a model on the hub.", text, "", "write ORG/NAME or ORG/NAME@REVISION, for example HuggingFaceTB/SmolLM2-135M-Instruct");

    /// <inheritdoc/>
    public override string ToString() => Id;

    // The rules of the hub: letters, digits, '-', '_', '.'; no leading or trailing '-' or '.', no '--' and no '..'.
    private static bool IsPart(string part) =>
        part.Length > 0
        && part.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
        && part[0] is not ('-' or '.') && part[^1] is not ('-' or '.')
        && !part.Contains("--", StringComparison.Ordinal) && !part.Contains("..", StringComparison.Ordinal);

    private static bool IsRevision(string revision) =>
        revision.Length > 0 && revision.Split('/').All(part => part.Length > 0 && part is not ("." or "..")) && revision.All(c => c > ' ' && c is not ('\\' or '?' or '#' or '%' or ':' or '*' or '\x7f'));
}
