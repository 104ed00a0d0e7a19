using Hone.Core.Errors;

namespace Hone.Cli;

/// <summary>A command line that does not fit together; nothing was started.</summary>
internal sealed class UsageException(string what, string fix) : HoneException(what, fix: fix);
