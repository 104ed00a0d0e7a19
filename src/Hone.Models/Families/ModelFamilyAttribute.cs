using Hone.Core.Registry;

namespace Hone.Models.Families;

/// <summary>Registers a model family under its <c>model_type</c>, as config.json names it; sits on the family's config record.</summary>
/// <param name="name">The <c>model_type</c>.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false, AllowMultiple = true)]
public sealed class ModelFamilyAttribute(string name) : RegisteredAttribute("model", name);
