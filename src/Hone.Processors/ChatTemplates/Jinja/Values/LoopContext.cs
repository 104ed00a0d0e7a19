using Hone.Processors.ChatTemplates.Jinja.Library;
using Hone.Processors.ChatTemplates.Jinja.Python;

namespace Hone.Processors.ChatTemplates.Jinja.Values;

/// <summary>The variable <c>loop</c>: where a loop is, and what comes before and after.</summary>
internal sealed class LoopContext : PyCallable
{
    private readonly RenderState _state;
    private readonly object? _iterable;
    private readonly Func<object?, int, object?>? _recurse;
    private readonly int _depth0;
    private IEnumerator<object?> _items;
    private int _index0 = -1;
    private int _length = -1;
    private object? _before = Missing.Value;
    private object? _current = Missing.Value;
    private object? _after = Missing.Value;
    private object? _lastChanged = Missing.Value;

    /// <param name="state">The rendering.</param>
    /// <param name="iterable">What is looped over, for its length; a filtered loop passes its iterator.</param>
    /// <param name="depth0">How many recursive loops enclose this one.</param>
    /// <param name="recurse">Renders the loop's body over other items one level deeper; null if the loop is not recursive.</param>
    public LoopContext(RenderState state, object? iterable, int depth0 = 0, Func<object?, int, object?>? recurse = null)
        : base("loop")
    {
        _state = state;
        _iterable = iterable;
        _depth0 = depth0;
        _recurse = recurse;
        _items = PythonOperators.Iterate(state, iterable).GetEnumerator();
    }

    public override string TypeName => "LoopContext";

    public int Index => _index0 + 1;

    public int Length
    {
        get
        {
            if (_length >= 0)
            {
                return _length;
            }

            if (_iterable is not PyIterator and not LoopContext)
            {
                return _length = PythonOperators.Length(_iterable);
            }

            var rest = new List<object?>();
            while (_items.MoveNext())
            {
                _state.Charge(1);
                rest.Add(_items.Current);
            }

            _items = rest.GetEnumerator();
            return _length = rest.Count + Index + (ReferenceEquals(_after, Missing.Value) ? 0 : 1);
        }
    }

    /// <summary>Moves to the next item.</summary>
    public bool TryNext(out object? item)
    {
        item = _after;
        if (!ReferenceEquals(_after, Missing.Value))
        {
            _after = Missing.Value;
        }
        else if (_items.MoveNext())
        {
            item = _items.Current;
        }
        else
        {
            return false;
        }

        _index0++;
        _before = _current;
        _current = item;
        return true;
    }

    /// <summary>The items that are left, for a template that loops over <c>loop</c> itself.</summary>
    public IEnumerable<object?> Rest()
    {
        while (TryNext(out object? item))
        {
            yield return new PyTuple(item, this);
        }
    }

    public bool TryAttribute(string name, out object? attribute)
    {
        attribute = name switch
        {
            "index" => Integers.Box((long)Index),
            "index0" => Integers.Box((long)_index0),
            "revindex" => Integers.Box((long)Length - _index0),
            "revindex0" => Integers.Box((long)Length - Index),
            "first" => _index0 == 0,
            "last" => ReferenceEquals(Peek(), Missing.Value),
            "length" => Integers.Box((long)Length),
            "depth" => Integers.Box((long)_depth0 + 1),
            "depth0" => Integers.Box((long)_depth0),
            "previtem" => _index0 == 0 ? Undefined.WithHint("there is no previous item") : _before,
            "nextitem" => Peek() is var next && ReferenceEquals(next, Missing.Value) ? Undefined.WithHint("there is no next item") : next,
            "cycle" => new BuiltinFunction("cycle", "*args", (_, a) => Cycle((PyTuple)a[0]!), "method"),
            "changed" => new BuiltinFunction("changed", "*value", (state, a) => HasChanged(state, a[0]), "method"),
            _ => Missing.Value,
        };
        return Argument.IsGiven(attribute);
    }

    public override object? Call(RenderState state, CallArguments arguments)
    {
        if (_recurse is null)
        {
            throw PythonException.Type("The loop must have the 'recursive' marker to be called recursively.");
        }

        return arguments is { Positional: [var items], Named: null } ? _recurse(items, _depth0 + 1) : throw PythonException.Type("loop() takes exactly one argument, the items to loop over");
    }

    private object? Peek()
    {
        if (ReferenceEquals(_after, Missing.Value) && _items.MoveNext())
        {
            _after = _items.Current;
        }

        return _after;
    }

    private object? Cycle(PyTuple values) => values.Count > 0 ? values.Items[_index0 % values.Count] : throw PythonException.Type("no items for cycling given");

    private bool HasChanged(RenderState state, object? value)
    {
        bool isSame = !ReferenceEquals(_lastChanged, Missing.Value) && PythonOperators.AreEqual(state, _lastChanged, value);
        _lastChanged = value;
        return !isSame;
    }
}
