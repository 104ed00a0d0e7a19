using System.Xml.Linq;

namespace Hone.Architecture.Tests;

/// <summary>A project file and what it says about itself.</summary>
/// <param name="File">Path relative to the repository.</param>
/// <param name="Xml">Its content.</param>
internal sealed record Project(string File, XDocument Xml)
{
    /// <summary>The project's name, <c>Hone.Core</c>.</summary>
    public string Name => Path.GetFileNameWithoutExtension(File);

    /// <summary>The folder it lies in, relative to the repository.</summary>
    public string Folder => Path.GetDirectoryName(File)!.Replace('\\', '/'); // a relative path to a file always has a directory part, if an empty one

    /// <summary>The name of the file it builds, without extension.</summary>
    public string AssemblyName => Xml.Descendants("AssemblyName").FirstOrDefault()?.Value ?? Name;

    /// <summary>Whether it is part of the product.</summary>
    public bool IsProduct => File.StartsWith("src/", StringComparison.Ordinal);

    /// <summary>Whether other programs may build on it: every product project but the command line.</summary>
    public bool IsLibrary => IsProduct && Name != "Hone.Cli";

    /// <summary>Names of the projects it references.</summary>
    public IEnumerable<string> References => Includes("ProjectReference").Select(path => Path.GetFileNameWithoutExtension(path.Replace('\\', '/')));

    /// <summary>The <c>Include</c> values of all items of one kind.</summary>
    public IEnumerable<string> Includes(string item) => Xml.Descendants(item).Select(element => element.Attribute("Include")?.Value ?? "").Where(value => value.Length > 0);
}
