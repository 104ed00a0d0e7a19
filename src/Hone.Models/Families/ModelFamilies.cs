using System.Reflection;
using System.Text.Json.Nodes;
using Hone.Core.Registry;

namespace Hone.Models.Families;

/// <summary>Finds the family that a config.json names.</summary>
public static class ModelFamilies
{
    private static readonly Lazy<SortedDictionary<string, Type>> s_families = new(Scan);

    /// <summary>The <c>model_type</c>s that can be loaded, in alphabetical order.</summary>
    public static IReadOnlyCollection<string> Names => s_families.Value.Keys;

    /// <summary>Reads a config of any family.</summary>
    /// <typeparam name="T">Kind of model that is wanted.</typeparam>
    /// <param name="config">The parsed config.json.</param>
    /// <param name="location">The file, for messages.</param>
    /// <exception cref="ModelConfigException">The family is unknown or of another kind, or a value is missing, impossible or not supported.</exception>
    public static T Read<T>(JsonObject config, string location)
        where T : ModelConfig
    {
        var json = new ConfigReader(config, location);
        string name = json.Word("model_type");
        if (!s_families.Value.TryGetValue(name, out Type? type))
        {
            throw new ModelConfigException(
                $"There is no model family '{name}'.",
                location,
                $"nearest: {string.Join(", ", NearestNames.Rank(name, Names))}; all: {string.Join(", ", Names)}",
                "Use a checkpoint of one of these families.");
        }

        if (!type.IsAssignableTo(typeof(T)))
        {
            throw new ModelConfigException(
                $"A model of the family '{name}' cannot be used here.",
                location,
                $"wanted: {Describe(typeof(T))}; '{name}' is {Describe(type)}",
                $"Use one of {string.Join(", ", s_families.Value.Where(pair => pair.Value.IsAssignableTo(typeof(T))).Select(pair => pair.Key))}.");
        }

        const BindingFlags Constructor = BindingFlags.Public | BindingFlags.Instance | BindingFlags.DoNotWrapExceptions;
        return (T)Activator.CreateInstance(type, Constructor, binder: null, [json], culture: null)!; // a class with a constructor always yields an instance
    }

    private static string Describe(Type type) => type.IsAssignableTo(typeof(DecoderConfig)) ? "a decoder" : type.IsAssignableTo(typeof(EncoderConfig)) ? "an encoder" : "a model";

    private static SortedDictionary<string, Type> Scan()
    {
        var families = new SortedDictionary<string, Type>(StringComparer.Ordinal);
        foreach (Type type in typeof(ModelFamilies).Assembly.GetTypes())
        {
            foreach (ModelFamilyAttribute family in type.GetCustomAttributes<ModelFamilyAttribute>(inherit: false))
            {
                families.Add(family.Name, type);
            }
        }

        return families;
    }
}
