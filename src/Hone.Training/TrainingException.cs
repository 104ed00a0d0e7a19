using Hone.Core.Errors;

namespace Hone.Training;

/// <summary>Training cannot go on or cannot start: settings that contradict the run, gradients that are not finite, state that does not fit.</summary>
public sealed class TrainingException(string what, string where = "", string facts = "", string fix = "") : HoneException(what, where, facts, fix);
