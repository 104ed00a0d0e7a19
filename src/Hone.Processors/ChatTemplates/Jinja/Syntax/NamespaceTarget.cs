using Hone.Processors.ChatTemplates.Jinja.Values;

namespace Hone.Processors.ChatTemplates.Jinja.Syntax;

/// <summary>The target <c>namespace.attribute</c> of an assignment.</summary>
internal sealed class NamespaceTarget(string name, string attribute) : Expression
{
    private Place _place;

    public override void Analyze(Symbols symbols) => symbols.LoadName(name);

    public override void Bind(Scope scope) => _place = scope.PlaceOf(name);

    public override object? Evaluate(Frame frame) => null;

    public void Require(Frame frame)
    {
        if (_place.Get(frame) is not Namespace)
        {
            throw PythonException.Runtime("cannot assign attribute on non-namespace object");
        }
    }

    public void Assign(Frame frame, object? value)
    {
        if (attribute.StartsWith('_'))
        {
            throw PythonException.Security($"Chat templates cannot store underscore-prefixed attributes on a namespace, but got '{attribute}'. Please rename the attribute.");
        }

        Require(frame);
        ((Namespace)_place.Get(frame)!).Attributes.Set(attribute, value);
    }
}
