using System.Text.Json;
using Hone.Core.Errors;
using Hone.Core.Random;
using Hone.Inference.Constraints;

namespace Hone.Inference.Tests.Constraints;

public sealed class JsonSchemaConstraintTests
{
    private const string Person = """
        {"type": "object", "properties": {"name": {"type": "string", "minLength": 1}, "age": {"type": "integer", "minimum": 0, "maximum": 130},
         "tags": {"type": "array", "items": {"enum": ["a", "b"]}, "maxItems": 2}}, "required": ["name", "age"], "additionalProperties": false}
        """;

    private const string Tree = """
        {"$ref": "#/$defs/node", "$defs": {"node": {"type": "object", "properties": {"v": {"type": "integer"}, "next": {"anyOf": [{"type": "null"}, {"$ref": "#/$defs/node"}]}}, "required": ["v", "next"]}}}
        """;

    public static TheoryData<string, string, bool> Cases => new()
    {
        { Person, """{"name": "Ann", "age": 130}""", true },
        { Person, """{"name":"A\"\u00e9\\","age":0,"tags":["a","b"]}""", true },
        { Person, "{\n  \"name\": \"Ann\",\n  \"age\": 7\n}", true },
        { Person, """{"name": "", "age": 1}""", false },
        { Person, """{"name": "Ann", "age": 131}""", false },
        { Person, """{"name": "Ann", "age": -1}""", false },
        { Person, """{"name": "Ann"}""", false },
        { Person, """{"age": 1, "name": "Ann"}""", false },
        { Person, """{"name": "Ann", "age": 1, "tags": ["a","b","a"]}""", false },
        { Person, """{"name": "Ann", "age": 1, "x": 1}""", false },
        { Person, """{"name": "Ann", "age": 1,}""", false },
        { Person, "{\"name\": \"a\nb\", \"age\": 1}", false },
        { Tree, """{"v": 1, "next": {"v": 2, "next": null}}""", true },
        { Tree, """{"v": 1, "next": {"v": 2}}""", false },
        { """{"type": "object"}""", """{"a": [1, {"b": null}], "c": -1.5e-3}""", true },
        { """{"type": "object"}""", "[]", false },
        { """{"type": ["string", "null"]}""", "null", true },
        { """{"type": "number"}""", "-0.5E+7", true },
        { """{"type": "number"}""", "01", false },
        { """{"type": "number", "minimum": 0}""", "-1", false },
        { """{"type": "integer", "exclusiveMinimum": 9, "maximum": 12}""", "9", false },
        { """{"type": "integer", "exclusiveMinimum": 9, "maximum": 12}""", "10", true },
        { """{"type": "string", "pattern": "^a\"b"}""", "\"a\\\"bcd\"", true },
        { """{"type": "string", "pattern": "b$"}""", "\"ab\"", true },
        { """{"type": "string", "pattern": "b$"}""", "\"abc\"", false },
        { """{"type": "string", "format": "date"}""", "\"2024-02-28\"", true },
        { """{"type": "string", "format": "date"}""", "\"2024-02-30\"", false },
        { """{"type": "string", "format": "uuid"}""", "\"123e4567-e89b-12d3-a456-426614174000\"", true },
        { """{"type": "array", "prefixItems": [{"type": "integer"}, {"type": "boolean"}], "items": false}""", "[1, true]", true },
        { """{"type": "array", "items": {"type": "integer"}, "minItems": 2}""", "[1]", false },
        { """{"properties": {"a": {"type": "integer"}}, "additionalProperties": {"type": "boolean"}}""", """{"a": 1, "ab": true, "b": false}""", true },
        { """{"properties": {"a": {"type": "integer"}}, "additionalProperties": {"type": "boolean"}}""", """{"a": 1, "a": true}""", false },
        { """{"properties": {"a": {"type": "integer"}}, "additionalProperties": {"type": "boolean"}}""", """{"": true}""", true },
        { """{"properties": {"a\"b": {}}, "additionalProperties": true}""", """{"a\"b": 1, "a": 2}""", true },
        { """{"properties": {"a\"b": {}}, "additionalProperties": true}""", """{"a"b": 1}""", false },
        { """{"const": {"x": [1, "y"]}}""", """{"x":[1,"y"]}""", true },
        { """{"oneOf": [{"type": "object", "properties": {"k": {"const": 1}}, "required": ["k"]}, {"type": "object", "properties": {"k": {"const": 2}}, "required": ["k"]}]}""", """{"k": 2}""", true },
        { "true", "[[[[]]]]", true },
        { """{"type": "string", "maxLength": 2}""", "\"\uD834\uDD1E\\ud834\\udd1e\"", true },
        { """{"type": "string", "maxLength": 2}""", "\"\\ud834\"", false },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void JsonSchema_Text_IsAcceptedWhenValid(string schema, string text, bool expected)
    {
        Assert.Equal(expected, Texts.Accepts(Constraint.JsonSchema(schema), text));
    }

    [Fact]
    public void JsonSchema_IntegerBounds_AcceptExactlyTheNumbersBetween()
    {
        var random = new RandomStream(2, "bounds");
        for (int round = 0; round < 30; round++)
        {
            int size = (int)Math.Pow(10, 1 + random.NextInt32(3));
            int a = random.NextInt32(2 * size) - size, b = random.NextInt32(2 * size) - size;
            (int low, int high) = (Math.Min(a, b), Math.Max(a, b));
            var both = new GrammarAutomaton(Constraint.JsonSchema($$"""{"type": "integer", "minimum": {{low}}, "maximum": {{high}}}""").Grammar);
            var atLeast = new GrammarAutomaton(Constraint.JsonSchema($$"""{"type": "integer", "minimum": {{low}}}""").Grammar);
            var atMost = new GrammarAutomaton(Constraint.JsonSchema($$"""{"type": "integer", "exclusiveMaximum": {{high}}}""").Grammar);
            for (int value = -1200; value <= 1200; value++)
            {
                byte[] text = System.Text.Encoding.UTF8.GetBytes(value.ToString());
                Assert.Equal(value >= low && value <= high, Texts.Accepts(both, text));
                Assert.Equal(value >= low, Texts.Accepts(atLeast, text));
                Assert.Equal(value < high, Texts.Accepts(atMost, text));
            }
        }
    }

    [Theory]
    [InlineData(Person)]
    [InlineData(Tree)]
    [InlineData("""{"type": "object", "properties": {"a": {}, "b": {"type": ["number", "boolean"]}}, "additionalProperties": {"type": "integer"}}""")]
    [InlineData("""{"type": "array", "items": {"type": "string", "format": "date-time"}, "minItems": 1}""")]
    [InlineData("""{"type": "string", "pattern": "[\"\\\\\n]{2}"}""")]
    public void Generate_RandomTokens_EndsInTimeWithValidJson(string schema)
    {
        Constraint constraint = Constraint.JsonSchema(schema);
        TokenConstraint bound = Texts.Bind(constraint);
        int fewest = bound.Completion(bound.Start)!.Count;
        var random = new RandomStream(4, "walk");
        for (int round = 0; round < 40; round++)
        {
            int maxTokens = fewest + random.NextInt32(round < 20 ? 4 : 60);

            (string text, int tokens) = Texts.Generate(bound, Texts.Vocabulary, maxTokens, random);

            Assert.InRange(tokens, 1, maxTokens);
            Assert.True(Texts.Accepts(constraint, text));
            using JsonDocument parsed = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 256 });
        }
    }

    [Theory]
    [InlineData("""{"type": "string", "minLenght": 1}""", "minLength")]
    [InlineData("""{"type": "object", "properties": {"a": {"type": "array", "uniqueItems": true}}}""", "#/properties/a")]
    [InlineData("""{"type": "strng"}""", "'strng'")]
    [InlineData("""{"anyOf": []}""", "#/anyOf")]
    [InlineData("""{"oneOf": [{"type": "string"}, {"type": "string"}]}""", "oneOf")]
    [InlineData("""{"$ref": "#/nowhere"}""", "leads nowhere")]
    [InlineData("""{"$ref": "https://example.org/x"}""", "same document")]
    [InlineData("""{"$ref": "#"}""", "accepts no text")]
    [InlineData("""{"type": "number", "maximum": 1.5}""", "maximum")]
    [InlineData("""{"type": "string", "format": "hostname"}""", "hostname")]
    [InlineData("""{"type": "string", "pattern": "(?=a)"}""", "look-around")]
    [InlineData("""{"type": "integer", "minimum": 3, "maximum": 2}""", "no integer from 3 to 2")]
    [InlineData("""{"required": ["x"], "additionalProperties": false}""", "'x'")]
    [InlineData("""{"type": "str""", "JSON")]
    [InlineData("false", "accepts no text")]
    [InlineData("3", "a schema is an object")]
    [InlineData("""{"type": "string", "pattern": 1}""", "#/pattern")]
    [InlineData("""{"type": "string", "pattern": null}""", "a text is expected")]
    [InlineData("""{"type": "string", "minLength": 3, "maxLength": 2}""", "maxLength 2 below minLength 3")]
    [InlineData("""{"$ref": 1}""", "a text is expected")]
    [InlineData("""{"oneOf": [{"$ref": 1}, {"type": "null"}]}""", "a text is expected")]
    [InlineData("""{"enum": ["a", "\ud800"]}""", "#/enum/1")]
    [InlineData("""{"properties": {"\udc00": {}}}""", "half of a surrogate pair")]
    [InlineData("""{"properties": {"a": {}, "a": {}}}""", "the member 'a' twice")]
    [InlineData("""{"type": "string", "maxLength": 2147483647}""", "500,000 states")]
    [InlineData("""{"type": "array", "minItems": 2147483647}""", "500,000 states")]
    [InlineData("""{"type": "string", "pattern": "((a{1,500}){1,500}){1,500}"}""", "500,000 states")]
    public void JsonSchema_UnsupportedOrMalformed_SaysWhatAndWhere(string schema, string problem)
    {
        var error = Assert.Throws<HoneException>(() => Constraint.JsonSchema(schema));

        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void JsonSchema_HalfOfASurrogatePair_IsRefused()
    {
        var error = Assert.Throws<HoneException>(() => Constraint.JsonSchema($"{{\"const\": \"{'\ud800'}\"}}"));

        Assert.Contains("the schema's text", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void JsonSchema_LongMemberName_NeedsNoStack()
    {
        string name = new('a', 7_000);
        Constraint constraint = Constraint.JsonSchema($$$"""{"properties": {"{{{name}}}": {"type": "integer"}}, "additionalProperties": {"type": "null"}}""");

        Assert.True(Texts.Accepts(constraint, $$"""{"{{name}}": 1, "{{name}}a": null, "{{name[1..]}}": null}"""));
        Assert.False(Texts.Accepts(constraint, $$"""{"{{name}}": null}"""));
    }

    [Fact]
    public void JsonSchema_ExponentialShortestText_IsBounded()
    {
        string definitions = string.Join(", ", Enumerable.Range(0, 20).Select(i => $$"""
            "d{{i}}": {"type": "array", "items": {{(i == 19 ? "true" : "{\"$ref\": \"#/$defs/d" + (i + 1) + "\"}")}}, "minItems": 20}
            """));

        TokenConstraint bound = Texts.Bind(Constraint.JsonSchema("{\"$ref\": \"#/$defs/d0\", \"$defs\": {" + definitions + "}}"));

        Assert.Null(bound.Completion(bound.Start));
        Assert.False(bound.CanEndWithin(bound.Start, 1_000_000));
    }
}
