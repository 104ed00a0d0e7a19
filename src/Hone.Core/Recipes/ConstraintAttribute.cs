namespace Hone.Core.Recipes;

/// <summary>Base of the attributes that limit an option's value beyond its type.</summary>
[AttributeUsage(AttributeTargets.Property)]
public abstract class ConstraintAttribute : Attribute
{
    /// <summary>The limit as help and errors show it: <c>&gt; 0</c>, <c>0 to 1</c>.</summary>
    public abstract string Description { get; }

    /// <summary>Whether the limit applies to each item of a list or map rather than to the whole.</summary>
    public virtual bool AppliesToItems => true;

    /// <summary>Whether the limit applies to the keys of a map.</summary>
    public virtual bool AppliesToKeys => false;

    /// <summary>Tells whether a value is within the limit.</summary>
    public abstract bool Allows(object value);
}
