using Hone.Core.Errors;

namespace Hone.Models.Families;

/// <summary>A config.json asks for a model that cannot be built: an unknown family, a missing or impossible value, or mathematics that are not supported.</summary>
public sealed class ModelConfigException(string what, string where, string facts, string fix) : HoneException(what, where, facts, fix);
