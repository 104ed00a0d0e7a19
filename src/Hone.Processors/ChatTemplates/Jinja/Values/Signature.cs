namespace Hone.Processors.ChatTemplates.Jinja.Values;

/// <summary>The parameters of a function, and how the arguments of a call are laid out over them.</summary>
/// <remarks>Written as <c>"s old new count?"</c>: a trailing <c>?</c> marks an optional parameter, a leading <c>/</c> a positional-only one, <c>*</c> and <c>**</c> collect the rest.</remarks>
internal sealed class Signature
{
    private readonly string _function;
    private readonly Parameter[] _parameters;
    private readonly int _named;
    private readonly int _rest = -1;
    private readonly int _keywords = -1;

    public Signature(string function, string text)
    {
        _function = function;
        string[] words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        _parameters = new Parameter[words.Length];
        for (int i = 0; i < words.Length; i++)
        {
            string name = words[i].Trim('?', '/', '*');
            _parameters[i] = new Parameter(name, words[i].EndsWith('?'), words[i][0] == '/');
            if (words[i].StartsWith("**", StringComparison.Ordinal))
            {
                _keywords = i;
            }
            else if (words[i][0] == '*')
            {
                _rest = i;
            }
            else
            {
                _named = i + 1;
            }
        }
    }

    /// <summary>One value a parameter; <see cref="Missing"/> where an optional one was not given.</summary>
    public object?[] Bind(CallArguments arguments)
    {
        var bound = new object?[_parameters.Length];
        Array.Fill(bound, Missing.Value);
        int given = arguments.Positional.Length;
        if (given > _named && _rest < 0)
        {
            throw PythonException.Type($"{_function}() takes {_named} positional arguments but {given} were given");
        }

        Array.Copy(arguments.Positional, bound, Math.Min(given, _named));
        if (_rest >= 0)
        {
            bound[_rest] = given > _named ? new PyTuple(arguments.Positional[_named..]) : PyTuple.Empty;
        }

        PyDict? extra = _keywords >= 0 ? new PyDict() : null;
        if (arguments.Named is { } named)
        {
            BindNamed(named, bound, extra);
        }

        if (extra is not null)
        {
            bound[_keywords] = extra;
        }

        for (int i = 0; i < _named; i++)
        {
            if (ReferenceEquals(bound[i], Missing.Value) && !_parameters[i].IsOptional)
            {
                throw PythonException.Type($"{_function}() missing 1 required positional argument: '{_parameters[i].Name}'");
            }
        }

        return bound;
    }

    private void BindNamed(PyDict named, object?[] bound, PyDict? extra)
    {
        for (int i = 0; i < named.Count; i++)
        {
            var name = (string)named.KeyAt(i)!; // the parser and the call expression admit strings only
            int at = Array.FindIndex(_parameters, 0, _named, parameter => parameter.Name == name && !parameter.IsPositional);
            if (at >= 0)
            {
                bound[at] = ReferenceEquals(bound[at], Missing.Value) ? named.ValueAt(i) : throw PythonException.Type($"{_function}() got multiple values for argument '{name}'");
            }
            else if (extra is not null)
            {
                extra.Set(name, named.ValueAt(i));
            }
            else
            {
                throw PythonException.Type($"{_function}() got an unexpected keyword argument '{name}'");
            }
        }
    }

    private readonly record struct Parameter(string Name, bool IsOptional, bool IsPositional);
}
