namespace Hone.Benchmarks;

/// <summary>Gives a <see cref="Comparison"/> the name under which <c>benchmarks/compare NAME</c> finds it.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class ComparisonAttribute(string name) : Attribute
{
    public string Name { get; } = name;
}
