using System.Reflection;

namespace Hone.Architecture.Tests;

/// <summary>The built product: the assemblies of the projects under <c>src/</c> and their XML documentation.</summary>
internal static class Product
{
    /// <summary>Every product project with its assembly; each must lie beside this test's.</summary>
    public static IReadOnlyList<(Project Project, Assembly Assembly)> Assemblies { get; } =
        [.. Repository.Current.Projects.Where(project => project.IsProduct).Select(project => (project, Load(project)))];

    /// <summary>Path of the XML documentation of a project.</summary>
    public static string DocumentationOf(Project project) => Path.Combine(AppContext.BaseDirectory, project.AssemblyName + ".xml");

    private static Assembly Load(Project project)
    {
        string file = Path.Combine(AppContext.BaseDirectory, project.AssemblyName + ".dll");
        Assert.True(File.Exists(file), $"{project.File}: {project.AssemblyName}.dll is not beside the test; let Hone.Cli or Hone.Architecture.Tests reference the project");
        return Assembly.LoadFrom(file);
    }
}
