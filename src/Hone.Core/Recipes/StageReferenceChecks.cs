using Hone.Core.Registry;
using Hone.Core.Stages;

namespace Hone.Core.Recipes;

/// <summary>Checks every <c>from: stage</c>: the stage exists, comes earlier, and makes what is asked for.</summary>
internal sealed class StageReferenceChecks(IReadOnlyList<string> stages, IReadOnlyList<StageReferenceUse> uses, RecipeProblems problems)
{
    /// <summary>Reports every reference that cannot be satisfied.</summary>
    /// <param name="bound">The stages, if all of them could be bound; artifact names are only checked then.</param>
    public void Run(IReadOnlyDictionary<string, Stage>? bound)
    {
        foreach (StageReferenceUse use in uses)
        {
            if (Check(use) && bound is not null)
            {
                switch (use.Record)
                {
                    case FileSource source:
                        CheckArtifact(use, source, bound[use.Target]);
                        break;
                    case FolderReference folder:
                        CheckFolder(use, folder, bound[use.Target]);
                        break;
                }
            }
        }
    }

    private static string OwnerOf(StageReferenceUse use) => use.Path is ["stages", var stage, ..] ? stage : "";

    private bool Check(StageReferenceUse use)
    {
        string owner = OwnerOf(use);
        int target = IndexOf(use.Target);
        if (target < 0)
        {
            string[] others = [.. stages.Where(stage => stage != owner)];
            string note = others.Length == 0 ? "this recipe has no other stage" : $"nearest: {string.Join(", ", NearestNames.Rank(use.Target, others))}";
            problems.Add(use.Location, $"there is no stage '{use.Target}' in this recipe", [note]);
        }
        else if (use.Target == owner)
        {
            problems.Add(use.Location, $"the stage '{owner}' takes its input from itself", ["name an earlier stage, or give a path"]);
        }
        else if (owner.Length > 0 && target > IndexOf(owner))
        {
            IReadOnlyList<string>? cycle = PathBetween(use.Target, owner, [use.Target]);
            if (cycle is null)
            {
                problems.Add(use.Location, $"the stage '{use.Target}' comes after '{owner}', which needs its output", [$"move '{use.Target}' above '{owner}'"]);
            }
            else
            {
                problems.Add(use.Location, "stages wait for each other", [string.Join(" → ", cycle.Prepend(owner))]);
            }
        }
        else
        {
            return true;
        }

        return false;
    }

    private void CheckArtifact(StageReferenceUse use, FileSource source, Stage target)
    {
        if (source.Artifact is null && target.Outputs.Count != 1)
        {
            problems.Add(use.Location, $"the stage '{use.Target}' makes {target.Outputs.Count} files; say which one", [$"artifact: {string.Join(" | ", target.Outputs)}"]);
        }
        else if (source.Artifact is { } artifact && !target.Outputs.Contains(artifact))
        {
            problems.Add(use.Location, $"the stage '{use.Target}' makes no '{artifact}'", [$"it makes: {string.Join(", ", target.Outputs)}"]);
        }
    }

    private void CheckFolder(StageReferenceUse use, FolderReference reference, Stage target)
    {
        IReadOnlyList<string> folders = reference.FoldersOf(target);
        if (folders.Count == 0)
        {
            problems.Add(use.Location, $"the stage '{use.Target}' makes no folder that is {reference.Noun()}", [$"it makes: {string.Join(", ", target.Outputs)}"]);
        }
        else if (reference.Artifact is null && folders.Count > 1)
        {
            problems.Add(use.Location, $"the stage '{use.Target}' makes {folders.Count} folders of this kind; say which one", [$"artifact: {string.Join(" | ", folders)}"]);
        }
        else if (reference.Artifact is { } artifact && !folders.Contains(artifact))
        {
            problems.Add(use.Location, $"the stage '{use.Target}' makes no '{artifact}' that is {reference.Noun()}", [$"artifact: {string.Join(" | ", folders)}"]);
        }
    }

    private int IndexOf(string stage) => stages.ToList().IndexOf(stage);

    private IReadOnlyList<string>? PathBetween(string from, string to, IReadOnlyList<string> path)
    {
        foreach (string next in uses.Where(use => OwnerOf(use) == from).Select(use => use.Target))
        {
            if (next == to)
            {
                return [.. path, to];
            }

            if (!path.Contains(next) && PathBetween(next, to, [.. path, next]) is { } found)
            {
                return found;
            }
        }

        return null;
    }
}
