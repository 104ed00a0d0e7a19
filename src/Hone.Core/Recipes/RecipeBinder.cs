using System.Collections;
using System.Reflection;
using Hone.Core.Registry;

namespace Hone.Core.Recipes;

/// <summary>Turns located YAML nodes into options records, reporting every mistake instead of stopping at the first.</summary>
/// <remarks>
/// A value's type comes from the property it is bound to, never from how it looks. Records, lists (<see cref="IReadOnlyList{T}"/>),
/// maps (<see cref="IReadOnlyDictionary{TKey,TValue}"/> with text keys), polymorphic records and the single values of <see cref="ScalarText"/> are known.
/// </remarks>
internal sealed class RecipeBinder
{
    private const string TypeKey = "type";

    private readonly PartRegistry _registry;
    private readonly RecipeProblems _problems;
    private readonly RecipeBinderOptions _options;
    private readonly List<StageReferenceUse> _references = [];

    /// <summary>Creates a binder for one recipe.</summary>
    public RecipeBinder(PartRegistry registry, RecipeProblems problems, RecipeBinderOptions options)
    {
        _registry = registry;
        _problems = problems;
        _options = options;
    }

    /// <summary>The references to stages met so far.</summary>
    public IReadOnlyList<StageReferenceUse> References => _references;

    /// <summary>Binds the top-level map.</summary>
    /// <returns>The record; <see langword="null"/> if anything in it was wrong, which is reported.</returns>
    public BoundValue BindRoot(MapNode map, Type type, IReadOnlyList<string> otherKeys)
    {
        var owner = new Owner("the recipe", map.Location, "hone help recipe", []);
        return BindRecord(map, OptionSchema.For(type), owner, null, otherKeys);
    }

    private BoundValue Bind(RecipeNode node, Type type, Owner owner, object? template)
    {
        if (ScalarText.Supports(type))
        {
            return BindScalar(node, type, owner);
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>))
        {
            return BindList(node, type.GetGenericArguments()[0], owner);
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>) && type.GetGenericArguments()[0] == typeof(string))
        {
            return BindMap(node, type.GetGenericArguments()[1], owner);
        }

        if (type.GetCustomAttribute<PolymorphicAttribute>() is { } polymorphic)
        {
            return BindPolymorphic(node, type, polymorphic.Kind, owner, template);
        }

        OptionSchema schema = OptionSchema.For(type);
        if (node is ScalarNode { IsNull: false } scalar && schema.ShorthandKey is { } key)
        {
            node = new MapNode([new MapEntry(key.Name, scalar.Location, scalar)], scalar.Location);
        }

        return node is MapNode map
            ? BindRecord(map, schema, owner, template, [])
            : Wrong(node, owner, schema.ShorthandKey is null ? "a map of keys" : "text or a map of keys", [$"its keys: {Names(schema, [])}"]);
    }

    private BoundValue BindScalar(RecipeNode node, Type type, Owner owner)
    {
        if (node is not ScalarNode { IsNull: false } scalar)
        {
            return Wrong(node, owner, ScalarText.Describe(type), []);
        }

        (object? value, IReadOnlyList<string> notes) = ScalarText.Parse(scalar, type);
        return value is null
            ? Wrong(node, owner, ScalarText.Describe(type), notes)
            : new BoundValue(value, new ResolvedScalar(ScalarText.Format(value), ScalarText.IsText(type), Origin.Of(node)));
    }

    private BoundValue BindList(RecipeNode node, Type itemType, Owner owner)
    {
        if (node is not ListNode list)
        {
            return Wrong(node, owner, $"a list of {PluralOf(itemType)}", ["write it as [a, b] or with one '- ' line an item"]);
        }

        BoundValue[] items = [.. list.Items.Select((item, i) => Bind(item, itemType, owner.Below($"item {i} of {owner.Label}", item.Location, $"{i}"), null))];
        var resolved = new ResolvedList([.. items.Select(item => item.Node)], Origin.Of(node));
        if (items.Any(item => !item.IsBound))
        {
            return new BoundValue(null, resolved);
        }

        var values = (IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(itemType), items.Length)!; // List<T>(int) always exists
        foreach (BoundValue item in items)
        {
            values.Add(item.Value);
        }

        return new BoundValue(values, resolved);
    }

    private BoundValue BindMap(RecipeNode node, Type valueType, Owner owner)
    {
        if (node is not MapNode map)
        {
            return Wrong(node, owner, "a map from names to values", []);
        }

        var values = (IDictionary)Activator.CreateInstance(typeof(OrderedDictionary<,>).MakeGenericType(typeof(string), valueType))!; // its default constructor always exists
        var resolved = new List<KeyValuePair<string, ResolvedNode>>();
        bool bound = true;
        foreach (MapEntry entry in map.Entries)
        {
            BoundValue value = Bind(entry.Value, valueType, owner.Below($"'{entry.Key}'", entry.KeyLocation, entry.Key), null);
            resolved.Add(new(entry.Key, value.Node));
            bound &= value.IsBound;
            if (value.IsBound)
            {
                values.Add(entry.Key, value.Value);
            }
        }

        return new BoundValue(bound ? values : null, new ResolvedMap(resolved, Origin.Of(node)));
    }

    private BoundValue BindPolymorphic(RecipeNode node, Type baseType, string kind, Owner owner, object? template)
    {
        if (node is not MapNode map)
        {
            return Wrong(node, owner, "a map with the key type", [$"for example {{ type: {_registry.Names(kind).FirstOrDefault("…")} }}"], $"hone list {kind}");
        }

        if (map.Find(TypeKey)?.Value is not ScalarNode { IsNull: false } type)
        {
            string choices = string.Join(", ", _registry.Names(kind));
            SourceLocation place = map.Find(TypeKey)?.Value.Location ?? owner.Location;
            _problems.Add(place, $"{owner.Label} needs the key 'type', the name of the {kind}", [$"one of: {choices}"], $"hone list {kind}");
            return new BoundValue(null, new ResolvedMap([], Origin.Of(node)));
        }

        RegisteredPart? part = _registry.TryFind(kind, type.Text);
        if (part is null)
        {
            IReadOnlyCollection<string> names = _registry.Names(kind);
            string note = names.Count == 0 ? $"no {kind} is registered" : $"nearest: {string.Join(", ", NearestNames.Rank(type.Text, names))}";
            _problems.Add(type.Location, $"there is no {kind} {type.Shape}", [note], $"hone list {kind}");
            return new BoundValue(null, new ResolvedMap([], Origin.Of(node)));
        }

        if (!baseType.IsAssignableFrom(part.Options))
        {
            throw new InvalidOperationException($"{part.Options.FullName} is registered as {kind} '{part.Name}' but does not derive from {baseType.FullName}.");
        }

        MapNode keys = map with { Entries = [.. map.Entries.Where(entry => entry.Key != TypeKey)] };
        var named = new Owner($"{kind} '{part.Name}'", type.Location, $"hone help {kind} {part.Name}", owner.Path);
        BoundValue bound = BindRecord(keys, OptionSchema.For(part.Options), named, template?.GetType() == part.Options ? template : null, []);
        var resolved = (ResolvedMap)bound.Node;
        return bound with { Node = resolved with { Entries = [new(TypeKey, new ResolvedScalar(part.Name, true, Origin.Of(type))), .. resolved.Entries] } };
    }

    private BoundValue BindRecord(MapNode map, OptionSchema schema, Owner owner, object? template, IReadOnlyList<string> otherKeys)
    {
        ReportUnknownKeys(map, schema, owner, otherKeys);
        object record = schema.CreateDefault();
        var resolved = new List<KeyValuePair<string, ResolvedNode>>();
        bool bound = map.Entries.All(entry => schema.Keys.Any(key => key.Name == entry.Key) || otherKeys.Contains(entry.Key));
        foreach (OptionKey key in schema.Keys)
        {
            object? fallback = key.Property.GetValue(template ?? record);
            MapEntry? entry = map.Find(key.Name);
            if (entry is null)
            {
                bound &= !ReportIfMissing(map, schema, key, owner, template);
                key.Property.SetValue(record, fallback);
                resolved.Add(new(key.Name, ResolvedDefaults.Describe(fallback, key.ValueType, _registry)));
                continue;
            }

            BoundValue value = BindKey(entry, key, owner, fallback, record);
            bound &= value.IsBound;
            resolved.Add(new(key.Name, value.Node));
            if (value.IsBound)
            {
                key.Property.SetValue(record, value.Value);
            }
        }

        if (bound && record is ICheckedOptions checkedOptions)
        {
            int before = _problems.Count;
            checkedOptions.Check(new OptionChecks(name => map.Find(name)?.KeyLocation ?? owner.Location, _problems, owner.Help));
            bound = _problems.Count == before;
        }

        return new BoundValue(bound ? record : null, new ResolvedMap(resolved, Origin.Of(map)));
    }

    private BoundValue BindKey(MapEntry entry, OptionKey key, Owner owner, object? fallback, object record)
    {
        Owner below = owner.Below($"'{key.Name}'", entry.KeyLocation, key.Name);
        if (key.IsNullable && entry.Value is ScalarNode { IsNull: true })
        {
            return new BoundValue(null, new ResolvedScalar("null", false, Origin.Of(entry.Value)), IsNull: true);
        }

        BoundValue value = Bind(entry.Value, key.ValueType, below, fallback);
        bool allowed = AreKeysAllowed(key, entry, below);
        if (!value.IsBound)
        {
            return value;
        }

        foreach (ConstraintAttribute constraint in key.Constraints)
        {
            allowed &= IsAllowed(constraint, value.Value!, entry, below); // bound and not null
        }

        allowed &= key.InputPath is not { } input || IsInput(input, (string)value.Value!, entry.Value.Location, below); // an input path is text
        if (key.IsStageReference)
        {
            _references.Add(new StageReferenceUse(owner.Path, (string)value.Value!, entry.Value.Location, record));
        }

        return allowed ? value : value with { Value = null };
    }

    private bool AreKeysAllowed(OptionKey key, MapEntry entry, Owner owner)
    {
        bool all = true;
        foreach (ConstraintAttribute constraint in key.Constraints.Where(constraint => constraint.AppliesToKeys))
        {
            foreach (MapEntry item in (entry.Value as MapNode)?.Entries.Where(item => !constraint.Allows(item.Key)) ?? [])
            {
                _problems.Add(item.KeyLocation, $"a name in {owner.Label} must be {constraint.Description}", [$"got {new ScalarNode(item.Key, true, item.KeyLocation).Shape}"], owner.Help);
                all = false;
            }
        }

        return all;
    }

    private bool IsAllowed(ConstraintAttribute constraint, object value, MapEntry entry, Owner owner)
    {
        if (constraint.AppliesToKeys && entry.Value is MapNode)
        {
            return true; // AreKeysAllowed has looked at them, even if a value was wrong
        }

        if (constraint.AppliesToItems && value is IList list && entry.Value is ListNode nodes)
        {
            bool all = true;
            for (int i = 0; i < list.Count; i++)
            {
                all &= list[i] is { } item && Test(item, nodes.Items[i], $"item {i} of {owner.Label}");
            }

            return all;
        }

        return Test(value, entry.Value, owner.Label);

        bool Test(object tested, RecipeNode node, string label)
        {
            if (constraint.Allows(tested))
            {
                return true;
            }

            string got = node is ScalarNode scalar ? scalar.Text : tested is ICollection { Count: var count } ? count == 1 ? "1 item" : $"{count} items" : node.Shape;
            _problems.Add(node.Location, $"{label} must be {constraint.Description}, got {got}", [], owner.Help);
            return false;
        }
    }

    private bool IsInput(InputPathAttribute input, string path, SourceLocation location, Owner owner)
    {
        bool isFolder = Directory.Exists(path);
        if (!_options.CheckInputs || File.Exists(path) || (isFolder && input.AllowsFolder))
        {
            return true;
        }

        if (isFolder)
        {
            _problems.Add(location, $"{owner.Label} must be a file, but '{path}' is a folder", ["name a file in it"], owner.Help);
            return false;
        }

        string folder = Path.GetDirectoryName(Path.GetFullPath(path)) ?? "";
        string[] names = Directory.Exists(folder) ? [.. Directory.EnumerateFileSystemEntries(folder).Take(1000).Select(f => Path.GetFileName(f))] : [];
        IReadOnlyList<string> similar = NearestNames.Similar(Path.GetFileName(path), names);
        string note = similar.Count > 0 ? $"did you mean {KeyText.Quoted(similar)}?" : "paths are relative to the working folder";
        _problems.Add(location, $"{owner.Label}: there is no file '{path}'", [note], owner.Help);
        return false;
    }

    private void ReportUnknownKeys(MapNode map, OptionSchema schema, Owner owner, IReadOnlyList<string> otherKeys)
    {
        string[] known = [.. schema.Keys.Select(key => key.Name), .. otherKeys];
        foreach (MapEntry entry in map.Entries.Where(entry => !known.Contains(entry.Key)))
        {
            IReadOnlyList<string> similar = NearestNames.Similar(entry.Key, known);
            string meant = similar.Count > 0 ? $"did you mean {KeyText.Quoted(similar)}? " : "";
            string keys = known.Length > 0 ? $"known keys: {Names(schema, otherKeys)}" : "it has no keys";
            string shown = new ScalarNode(entry.Key, true, entry.KeyLocation).Shape;
            _problems.Add(entry.KeyLocation, $"{owner.Label} has no key {shown}", [meant + keys], owner.Help);
        }
    }

    private bool ReportIfMissing(MapNode map, OptionSchema schema, OptionKey key, Owner owner, object? template)
    {
        bool missing = key.IsRequired && template is null;

        // A misspelt key was reported as unknown with this one as the proposal; reporting it missing as well would count one mistake twice.
        string[] known = [.. schema.Keys.Select(k => k.Name)];
        bool misspelt = map.Entries.Any(entry => !known.Contains(entry.Key) && NearestNames.Similar(entry.Key, known) is [var nearest, ..] && nearest == key.Name);
        if (missing && !misspelt && !_options.MayHaveUnreadKeys)
        {
            string type = ResolvedDefaults.DescribeType(key.ValueType);
            _problems.Add(owner.Location, $"{owner.Label} needs the key '{key.Name}'", [$"{key.Name}: {type}"], owner.Help);
        }

        return missing;
    }

    private BoundValue Wrong(RecipeNode node, Owner owner, string expected, IReadOnlyList<string> notes, string? help = null)
    {
        _problems.Add(node.Location, $"{owner.Label} must be {expected}, got {node.Shape}", notes, help ?? owner.Help);
        return new BoundValue(null, new ResolvedScalar("null", false, Origin.Of(node)));
    }

    private static string Names(OptionSchema schema, IReadOnlyList<string> otherKeys) => string.Join(", ", schema.Keys.Select(key => key.Name).Concat(otherKeys));

    private static string PluralOf(Type itemType) => ScalarText.Supports(itemType) && itemType == typeof(string) ? "texts" : ScalarText.Supports(itemType) ? "values" : "maps";

    private sealed record Owner(string Label, SourceLocation Location, string Help, IReadOnlyList<string> Path)
    {
        public Owner Below(string label, SourceLocation location, string step) => new(label, location, Help, [.. Path, step]);
    }
}
