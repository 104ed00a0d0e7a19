using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace Hone.Architecture.Tests;

/// <summary>Writes what an assembly offers to others: each public type and member on a line of its own, in a fixed order.</summary>
internal static class PublicApiText
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<Type, string> s_keywords = new()
    {
        [typeof(void)] = "void", [typeof(bool)] = "bool", [typeof(byte)] = "byte", [typeof(sbyte)] = "sbyte", [typeof(short)] = "short",
        [typeof(ushort)] = "ushort", [typeof(int)] = "int", [typeof(uint)] = "uint", [typeof(long)] = "long", [typeof(ulong)] = "ulong",
        [typeof(nint)] = "nint", [typeof(nuint)] = "nuint", [typeof(float)] = "float", [typeof(double)] = "double",
        [typeof(decimal)] = "decimal", [typeof(char)] = "char", [typeof(string)] = "string", [typeof(object)] = "object",
    };

    /// <summary>The text of a whole assembly.</summary>
    public static string Describe(Assembly assembly) => Describe(assembly.GetExportedTypes());

    /// <summary>The text of some types.</summary>
    public static string Describe(IEnumerable<Type> types)
    {
        var text = new StringBuilder();
        foreach (Type type in types.Where(type => !IsGenerated(type)).OrderBy(FullName, StringComparer.Ordinal))
        {
            text.Append(Header(type)).Append('\n');
            foreach (string member in Members(type).Order(StringComparer.Ordinal))
            {
                text.Append(member).Append('\n');
            }
        }

        return text.ToString();
    }

    private static string Header(Type type)
    {
        string name = $"{Kind(type)} {FullName(type)}";
        if (type.IsEnum)
        {
            return $"{name} : {Name(Enum.GetUnderlyingType(type))}";
        }

        if (typeof(Delegate).IsAssignableFrom(type))
        {
            MethodInfo invoke = type.GetMethod("Invoke")!; // every delegate type has it
            return $"{name}({Parameters(invoke)}) -> {Result(invoke)}";
        }

        HashSet<Type> inherited = [.. type.BaseType?.GetInterfaces() ?? [], .. type.GetInterfaces().SelectMany(face => face.GetInterfaces())];
        IEnumerable<string> bases = type.GetInterfaces().Where(face => face.IsVisible && !inherited.Contains(face)).Select(face => Name(face)).Order(StringComparer.Ordinal);
        if (type is { IsClass: true, BaseType: { } parent } && parent != typeof(object))
        {
            bases = bases.Prepend(Name(parent));
        }

        string list = string.Join(", ", bases);
        return (list.Length == 0 ? name : $"{name} : {list}") + Constraints(type.GetGenericArguments());
    }

    private static string Kind(Type type)
    {
        if (type.IsEnum)
        {
            return "enum";
        }

        if (type.IsInterface)
        {
            return "interface";
        }

        if (type.IsValueType)
        {
            string ofStruct = type.GetMethod("PrintMembers", Declared) is null ? "struct" : "record struct";
            return (type.IsDefined(typeof(IsReadOnlyAttribute)) ? "readonly " : "") + (type.IsByRefLike ? "ref " : "") + ofStruct;
        }

        if (typeof(Delegate).IsAssignableFrom(type))
        {
            return "delegate";
        }

        string modifier = (type.IsAbstract, type.IsSealed) switch
        {
            (true, true) => "static ",
            (true, false) => "abstract ",
            (false, true) => "sealed ",
            _ => "",
        };
        return modifier + (type.GetMethod("<Clone>$", Declared) is null ? "class" : "record");
    }

    private static IEnumerable<string> Members(Type type)
    {
        if (typeof(Delegate).IsAssignableFrom(type))
        {
            return [];
        }

        string prefix = FullName(type) + ".";
        if (type.IsEnum)
        {
            return type.GetFields(BindingFlags.Public | BindingFlags.Static)
                .Select(field => $"{prefix}{field.Name} = {Convert.ToString(field.GetRawConstantValue(), CultureInfo.InvariantCulture)}");
        }

        IEnumerable<string> constructors = type.GetConstructors(Declared).Where(IsOffered)
            .Select(constructor => $"{Modifiers(constructor)}{prefix}{Simple(type)}({Parameters(constructor)})");
        IEnumerable<string> methods = type.GetMethods(Declared).Where(method => IsOffered(method) && !IsAccessor(type, method) && !IsGenerated(method))
            .Select(method => $"{Modifiers(method)}{prefix}{method.Name}{Generics(method)}({Parameters(method)}) -> {Result(method)}{Constraints(method.IsGenericMethod ? method.GetGenericArguments() : [])}");
        IEnumerable<string> properties = type.GetProperties(Declared).Where(property => property.GetAccessors(true).Any(IsOffered) && property.Name != "EqualityContract")
            .Select(property => Property(prefix, property));
        IEnumerable<string> events = type.GetEvents(Declared).Where(item => item.AddMethod is { } add && IsOffered(add))
            .Select(item => $"{Modifiers(item.AddMethod!)}{prefix}{item.Name} event {Name(item.EventHandlerType!)}"); // an event has an add method and a type
        IEnumerable<string> fields = type.GetFields(Declared).Where(field => field.IsPublic || (field.IsFamily && !type.IsSealed))
            .Select(field => Field(prefix, field));
        return [.. constructors, .. methods, .. properties, .. events, .. fields];
    }

    private static string Property(string prefix, PropertyInfo property)
    {
        MethodInfo[] accessors = [.. property.GetAccessors(true).Where(IsOffered)];
        string index = property.GetIndexParameters() is { Length: > 0 } parameters ? $"[{string.Join(", ", parameters.Select(Parameter))}]" : "";
        string get = accessors.Any(accessor => accessor.ReturnType != typeof(void)) ? " get;" : "";
        string set = accessors.FirstOrDefault(accessor => accessor.ReturnType == typeof(void)) is not { } setter ? ""
            : setter.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) ? " init;" : " set;";
        string required = property.IsDefined(typeof(RequiredMemberAttribute)) ? "required " : "";
        string reference = property.PropertyType.IsByRef ? "ref " : "";
        return $"{Modifiers(accessors[0])}{required}{prefix}{property.Name}{index} {{{get}{set} }} -> {reference}{Name(property.PropertyType, new NullabilityInfoContext().Create(property))}";
    }

    private static string Field(string prefix, FieldInfo field)
    {
        string value = field.IsLiteral ? $" = {Literal(field.GetRawConstantValue())}" : "";
        string modifiers = (field.IsFamily ? "protected " : "") + (field.IsLiteral ? "const " : field.IsStatic ? "static " : "") + (field.IsInitOnly ? "readonly " : "");
        return $"{modifiers}{prefix}{field.Name}{value} -> {Name(field.FieldType, new NullabilityInfoContext().Create(field))}";
    }

    private static bool IsOffered(MethodBase method) =>
        method.IsPublic || ((method.IsFamily || method.IsFamilyOrAssembly) && method.DeclaringType is { IsSealed: false });

    private static bool IsAccessor(Type type, MethodInfo method) =>
        method.IsSpecialName && (type.GetProperties(Declared).Any(property => property.GetAccessors(true).Contains(method)) || type.GetEvents(Declared).Any(item => item.AddMethod == method || item.RemoveMethod == method));

    private static bool IsGenerated(MemberInfo member) => member.IsDefined(typeof(CompilerGeneratedAttribute)) || member.Name.Contains('<', StringComparison.Ordinal);

    private static string Modifiers(MethodBase method)
    {
        string access = method.IsPublic ? "" : "protected ";
        if (method.DeclaringType is { IsInterface: true })
        {
            return access + (method.IsStatic ? "static " : "");
        }

        bool overrides = method is MethodInfo info && info.GetBaseDefinition() != info;
        return access + (method.IsStatic ? "static " : overrides ? "override " : method.IsAbstract ? "abstract " : method is { IsVirtual: true, IsFinal: false } ? "virtual " : "");
    }

    private static string Result(MethodInfo method) =>
        (method.ReturnType.IsByRef ? "ref " : "") + Name(method.ReturnType, new NullabilityInfoContext().Create(method.ReturnParameter));

    private static string Parameters(MethodBase method)
    {
        string extension = method.IsDefined(typeof(ExtensionAttribute)) ? "this " : "";
        return extension + string.Join(", ", method.GetParameters().Select(Parameter));
    }

    private static string Parameter(ParameterInfo parameter)
    {
        string passing = parameter switch
        {
            { IsOut: true } => "out ",
            { ParameterType.IsByRef: true } when parameter.IsDefined(typeof(IsReadOnlyAttribute)) => "in ",
            { ParameterType.IsByRef: true } => "ref ",
            _ when parameter.IsDefined(typeof(ParamArrayAttribute)) || parameter.IsDefined(typeof(ParamCollectionAttribute)) => "params ",
            _ => "",
        };
        string value = parameter.HasDefaultValue ? " = " + Literal(parameter.RawDefaultValue) : "";
        return $"{passing}{Name(parameter.ParameterType, new NullabilityInfoContext().Create(parameter))} {parameter.Name}{value}";
    }

    private static string Literal(object? value) => value switch
    {
        null => "null",
        string text => "\"" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + "\"",
        bool truth => truth ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    private static string Generics(MethodInfo method) =>
        method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(argument => argument.Name))}>" : "";

    private static string Constraints(IEnumerable<Type> parameters)
    {
        var text = new StringBuilder();
        foreach (Type parameter in parameters.Where(parameter => parameter.IsGenericParameter))
        {
            GenericParameterAttributes special = parameter.GenericParameterAttributes;
            bool isStruct = special.HasFlag(GenericParameterAttributes.NotNullableValueTypeConstraint);
            string[] parts =
            [
                .. special.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint) ? ["class"] : Array.Empty<string>(),
                .. isStruct ? [parameter.CustomAttributes.Any(attribute => attribute.AttributeType.Name == "IsUnmanagedAttribute") ? "unmanaged" : "struct"] : Array.Empty<string>(),
                .. parameter.GetGenericParameterConstraints().Where(constraint => constraint != typeof(ValueType)).Select(constraint => Name(constraint)).Order(StringComparer.Ordinal),
                .. special.HasFlag(GenericParameterAttributes.DefaultConstructorConstraint) && !isStruct ? ["new()"] : Array.Empty<string>(),
            ];
            if (parts.Length > 0)
            {
                text.Append(" where ").Append(parameter.Name).Append(" : ").AppendJoin(", ", parts);
            }
        }

        return text.ToString();
    }

    private static string FullName(Type type)
    {
        string own = Simple(type) + (OwnArguments(type) is { Length: > 0 } arguments ? $"<{string.Join(", ", arguments.Select(argument => argument.Name))}>" : "");
        return type.DeclaringType is { } outer ? FullName(outer) + "." + own : type.Namespace + "." + own;
    }

    private static Type[] OwnArguments(Type type) => type.GetGenericArguments()[(type.DeclaringType?.GetGenericArguments().Length ?? 0)..];

    private static string Simple(Type type) => type.Name.Split('`')[0];

    private static string Name(Type type, NullabilityInfo? nullability = null)
    {
        if (type.IsByRef)
        {
            return Name(type.GetElementType()!, nullability); // a by-ref type has an element type
        }

        string mark = nullability?.ReadState == NullabilityState.Nullable && !type.IsValueType ? "?" : "";
        if (s_keywords.TryGetValue(type, out string? keyword))
        {
            return keyword + mark;
        }

        if (type.IsGenericParameter)
        {
            return type.Name + mark;
        }

        if (type.IsPointer)
        {
            return Name(type.GetElementType()!) + "*"; // a pointer type has an element type
        }

        if (type.IsArray)
        {
            return $"{Name(type.GetElementType()!, nullability?.ElementType)}[{new string(',', type.GetArrayRank() - 1)}]{mark}"; // an array has an element type
        }

        if (Nullable.GetUnderlyingType(type) is { } inner)
        {
            return Name(inner) + "?";
        }

        string name = type.IsNested ? Name(type.DeclaringType!) + "." + Simple(type) : type.Namespace + "." + Simple(type); // a nested type has a declaring type
        Type[] arguments = OwnArguments(type);
        if (arguments.Length == 0)
        {
            return name + mark;
        }

        NullabilityInfo[] inside = nullability?.GenericTypeArguments ?? [];
        return $"{name}<{string.Join(", ", arguments.Select((argument, index) => Name(argument, inside.ElementAtOrDefault(index))))}>{mark}";
    }
}
