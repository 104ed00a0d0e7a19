namespace Hone.Tensors;

/// <summary>Registers an op, so that the suites for values, gradients, strides, threads and dtypes find it.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class OpAttribute(string name) : Attribute
{
    /// <summary>Name in errors and tables, in snake_case.</summary>
    public string Name { get; } = name;
}
