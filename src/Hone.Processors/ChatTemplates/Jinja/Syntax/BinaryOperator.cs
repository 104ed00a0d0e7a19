namespace Hone.Processors.ChatTemplates.Jinja.Syntax;

/// <summary>Operators that combine two values.</summary>
internal enum BinaryOperator
{
    Add,
    Subtract,
    Multiply,
    Divide,
    FloorDivide,
    Modulo,
    Power,
    And,
    Or,
}
