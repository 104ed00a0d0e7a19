using System.Reflection;
using Hone.Core.Stages;
using Hone.Curation.Synthesis;
using Hone.Data.Formats;
using Hone.Evaluation.Graders;
using Hone.Pipelines.Stages;
using Hone.Training.Optimizers;

namespace Hone.Cli;

/// <summary>The libraries whose registered parts this program offers.</summary>
internal static class PartAssemblies
{
    /// <summary>Lists the libraries; nothing is loaded before a command asks.</summary>
    public static IReadOnlyList<Assembly> All() => [typeof(Stage).Assembly, typeof(RowFormat).Assembly, typeof(Optimizer).Assembly, typeof(WordProblemsStage).Assembly, typeof(Grader).Assembly, typeof(SftStage).Assembly];
}
