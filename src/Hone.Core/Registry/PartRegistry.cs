using System.Reflection;
using Hone.Core.Errors;

namespace Hone.Core.Registry;

/// <summary>Finds registered parts by kind and name.</summary>
/// <remarks>The assemblies are scanned once, at the first look-up: a command that looks nothing up pays nothing.</remarks>
public sealed class PartRegistry
{
    private readonly Lazy<SortedDictionary<string, SortedDictionary<string, RegisteredPart>>> _parts;

    /// <summary>Creates a registry over assemblies.</summary>
    /// <param name="assemblies">Called at the first look-up.</param>
    public PartRegistry(Func<IReadOnlyList<Assembly>> assemblies)
    {
        _parts = new(() => Scan(assemblies()));
    }

    /// <summary>Every kind that has a part, in alphabetical order.</summary>
    /// <exception cref="HoneException">Two types are registered under one name.</exception>
    public IReadOnlyCollection<string> Kinds => _parts.Value.Keys;

    /// <summary>The parts of a kind in alphabetical order; the kind may be given in the plural.</summary>
    /// <exception cref="UnknownPartException">There is no such kind.</exception>
    public IReadOnlyCollection<RegisteredPart> All(string kind) => _parts.Value[ResolveKind(kind)].Values;

    /// <summary>The names of a kind in alphabetical order; none if nothing of that kind is registered.</summary>
    public IReadOnlyCollection<string> Names(string kind) => _parts.Value.TryGetValue(kind, out var parts) ? parts.Keys : [];

    /// <summary>Looks a part up.</summary>
    /// <returns><see langword="null"/> if nothing is registered under that kind and name.</returns>
    public RegisteredPart? TryFind(string kind, string name) =>
        _parts.Value.TryGetValue(kind, out var parts) ? parts.GetValueOrDefault(name) : null;

    /// <summary>Looks a part up; the kind may be given in the plural.</summary>
    /// <exception cref="UnknownPartException">There is no such kind or name; the message lists the nearest.</exception>
    public RegisteredPart Find(string kind, string name)
    {
        string resolved = ResolveKind(kind);
        return TryFind(resolved, name) ?? throw new UnknownPartException(
            $"There is no {resolved} '{name}'.",
            $"nearest: {string.Join(", ", NearestNames.Rank(name, Names(resolved)))}",
            $"hone list {resolved} prints all");
    }

    /// <summary>Turns a kind as a user writes it, singular or plural, into the registered one.</summary>
    /// <exception cref="UnknownPartException">There is no such kind.</exception>
    public string ResolveKind(string kind)
    {
        string wanted = kind.ToLowerInvariant();
        foreach (string known in Kinds)
        {
            if (known == wanted || Plural(known) == wanted)
            {
                return known;
            }
        }

        throw new UnknownPartException(
            $"There is no kind of part called '{kind}'.",
            Kinds.Count == 0 ? "" : $"nearest: {string.Join(", ", NearestNames.Rank(wanted, Kinds))}",
            "hone list prints all kinds");
    }

    private static string Plural(string kind) => kind switch
    {
        _ when kind.EndsWith("loss", StringComparison.Ordinal) => kind + "es",
        _ when kind.EndsWith('y') => kind[..^1] + "ies",
        _ => kind + "s",
    };

    private static SortedDictionary<string, SortedDictionary<string, RegisteredPart>> Scan(IReadOnlyList<Assembly> assemblies)
    {
        var kinds = new SortedDictionary<string, SortedDictionary<string, RegisteredPart>>(StringComparer.Ordinal);
        foreach (Type type in assemblies.Distinct().SelectMany(assembly => assembly.GetTypes()))
        {
            foreach (RegisteredAttribute attribute in type.GetCustomAttributes<RegisteredAttribute>(inherit: false))
            {
                var part = new RegisteredPart(attribute.Kind, attribute.Name, attribute.Version, type, attribute.Options ?? type);
                if (!kinds.TryGetValue(part.Kind, out var parts))
                {
                    kinds.Add(part.Kind, parts = new(StringComparer.Ordinal));
                }

                if (!parts.TryAdd(part.Name, part))
                {
                    throw new HoneException(
                        $"Two types are registered as {part.Kind} '{part.Name}'.",
                        facts: $"{parts[part.Name].Type.FullName} and {type.FullName}",
                        fix: "give one of them another name in its attribute");
                }
            }
        }

        return kinds;
    }
}
