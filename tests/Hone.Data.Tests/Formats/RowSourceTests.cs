using System.Text;
using Hone.Core.Stages;
using Hone.Data.Datasets;
using Hone.Data.Formats;

namespace Hone.Data.Tests.Formats;

public sealed class RowSourceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Read_JsonLines_GivesRowsWithTheirLines()
    {
        string path = _folder.Write("a.jsonl", "{\"a\":1}\n\n{\"a\":2}\r\n{\"a\":3}");

        DataRow[] rows = [.. RowSource.Open(path).Read()];

        Assert.Equal([(1L, 1L), (2L, 3L), (3L, 4L)], rows.Select(row => (row.Number, row.Line)));
        Assert.Equal([1, 2, 3], rows.Select(row => row.Parse().GetProperty("a").GetInt32()));
    }

    [Theory]
    [InlineData("[{\"a\":\"x\"},{\"a\":\"y\"}]")]
    [InlineData("\uFEFF \n[\n  {\"a\": \"x\"} ,\n\t{\"a\":\r\n\"y\"}\n]\n")]
    [InlineData("{\"a\":\"x\"}\n{\"a\":\"y\"}\n")]
    public void Read_Json_GivesElements(string json)
    {
        DataRow[] rows = [.. RowSource.Open(_folder.Write("a.json", json)).Read()];

        Assert.Equal(["x", "y"], rows.Select(row => row.Parse().GetProperty("a").GetString()));
    }

    [Fact]
    public void Read_JsonArray_KeepsBracketsAndQuotesInsideTexts()
    {
        string path = _folder.Write("a.json", """[{"a":"],}\"\\","b":[[1,2],{"c":"]"}]}, {"a":"z\\"}]""");

        DataRow[] rows = [.. RowSource.Open(path).Read()];

        Assert.Equal(["],}\"\\", "z\\"], rows.Select(row => row.Parse().GetProperty("a").GetString()));
        Assert.Equal("]", rows[0].Parse().GetProperty("b")[1].GetProperty("c").GetString());
    }

    [Fact]
    public void Read_JsonArray_CountsLines()
    {
        string path = _folder.Write("a.json", "[\n{\n\"a\": 1\n},\n\n{\"a\": 2}\n]");

        Assert.Equal([2L, 6L], RowSource.Open(path).Read().Select(row => row.Line));
    }

    [Fact]
    public void Read_LongJsonArray_IsReadInPieces()
    {
        var text = new StringBuilder("[");
        for (int i = 0; i < 5000; i++)
        {
            text.Append(i == 0 ? "" : ",").Append($"{{\"a\":\"{new string('x', i % 97)}\",\"i\":{i}}}");
        }

        DataRow[] rows = [.. RowSource.Open(_folder.Write("a.json", text.Append(']').ToString())).Read()];

        Assert.Equal(Enumerable.Range(0, 5000), rows.Select(row => row.Parse().GetProperty("i").GetInt32()));
        Assert.Equal(Enumerable.Range(0, 5000).Select(i => i % 97), rows.Select(row => row.Parse().GetProperty("a").GetString()!.Length));
    }

    [Theory]
    [InlineData("[{\"a\":1}", "ends before")]
    [InlineData("[{\"a\":1},", "ends before")]
    [InlineData("[{\"a\":1},]", "expected an element")]
    [InlineData("[,{\"a\":1}]", "expected an element")]
    [InlineData("[{\"a\":1}] x", "follows")]
    [InlineData("[{\"a\":\"1}]", "ends before")]
    public void Read_MalformedJsonArray_SaysWhere(string json, string detail)
    {
        string path = _folder.Write("a.json", json);

        var error = Assert.Throws<DatasetFormatException>(() => RowSource.Open(path).Read().ToArray());

        Assert.Contains(detail, error.Facts, StringComparison.Ordinal);
        Assert.Equal($"{path}:1", error.Where);
        Assert.NotEmpty(error.Fix);
    }

    [Fact]
    public void Parse_MissingComma_IsFoundInTheRow()
    {
        DataRow row = RowSource.Open(_folder.Write("a.json", "[\n{\"a\":1} {\"a\":2}]")).Read().Single();

        Assert.Contains(":2", Assert.Throws<DatasetFormatException>(() => row.Parse()).Where, StringComparison.Ordinal);
    }

    /// <summary>Found by fuzzing: the reader of JSON notices only when somebody asks for the text.</summary>
    [Theory]
    [InlineData("""{"a":"\ud800"}""")]
    [InlineData("""{"a":[{"b":"x\uDC00y"}]}""")]
    [InlineData("""{"\ud83d":1}""")]
    public void Parse_HalfASurrogatePair_IsMalformed(string json)
    {
        var row = new DataRow("a.jsonl", 7, 9, Encoding.UTF8.GetBytes(json));

        var error = Assert.Throws<InvalidRowException>(() => row.Parse());

        Assert.Equal(RowIssue.Malformed, error.Issue);
        Assert.Contains("a.jsonl:9", error.Facts, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_BytesThatAreNoText_AreMalformed() =>
        Assert.Contains("a.jsonl:1", Assert.Throws<InvalidRowException>(() => new DataRow("a.jsonl", 1, 1, new byte[] { (byte)'{', (byte)'"', 0xff, (byte)'"', (byte)':', (byte)'1', (byte)'}' }).Parse()).Facts, StringComparison.Ordinal);

    [Fact]
    public void Parse_EscapedSurrogatePair_IsOneCharacter() =>
        Assert.Equal("😀", new DataRow("a.jsonl", 1, 1, Encoding.UTF8.GetBytes("""{"a":"\ud83d\ude00"}""")).Parse().GetProperty("a").GetString());

    [Fact]
    public void Parse_RowThatIsNoObject_Throws()
    {
        DataRow row = RowSource.Open(_folder.Write("a.jsonl", "[1]")).Read().Single();

        Assert.Contains("Array", Assert.Throws<DatasetFormatException>(() => row.Parse()).Facts, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_JsonLinesThatAreNoJson_NamesLineAndColumn()
    {
        string path = _folder.Write("a.jsonl", "{\"a\":1}\n{\"a\":}\n");

        Assert.StartsWith($"{path}:2:", Assert.Throws<JsonLinesException>(() => RowSource.Open(path).Read().ToArray()).Where, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.csv", "q,a\r\n1,\"x, \"\"y\"\"\nz\"\r\n\r\n2,\n")]
    [InlineData("a.tsv", "\uFEFFq\ta\n1\t\"x, \"\"y\"\"\nz\"\n2\t")]
    public void Read_Table_KeepsQuotedSeparatorsQuotesAndLineBreaks(string name, string text)
    {
        DataRow[] rows = [.. RowSource.Open(_folder.Write(name, text)).Read()];

        Assert.Equal([("1", "x, \"y\"\nz"), ("2", "")], rows.Select(row => (row.Parse().GetProperty("q").GetString()!, row.Parse().GetProperty("a").GetString()!)));
        Assert.Equal(2, rows[0].Line);
    }

    [Theory]
    [InlineData("q,a\n1\n", "1 fields, 2 columns")]
    [InlineData("q,q\n1,2\n", "q, q")]
    [InlineData("", "header")]
    [InlineData("q,a\n\"1,2\n", "does not end")]
    [InlineData("q,a\n\"1\"x,2\n", "closing quote")]
    public void Read_MalformedTable_SaysWhat(string text, string facts)
    {
        string path = _folder.Write("a.csv", text);

        Assert.Contains(facts, Assert.Throws<DatasetFormatException>(() => RowSource.Open(path).Read().ToArray()).Facts, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_TableThatIsNotUtf8_Throws()
    {
        File.WriteAllBytes(_folder["a.csv"], [(byte)'q', (byte)'\n', 0xE4, (byte)'\n']);

        Assert.Contains("UTF-8", Assert.Throws<DatasetFormatException>(() => RowSource.Open(_folder["a.csv"]).Read().ToArray()).What, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_MissingFile_ProposesASimilarOne()
    {
        _folder.Write("train.jsonl", "");

        Assert.Contains("train.jsonl", Assert.Throws<DatasetFormatException>(() => RowSource.Open(_folder["trian.jsonl"])).Fix, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_UnknownExtension_ListsTheNearest() =>
        Assert.Contains(".json", Assert.Throws<DatasetFormatException>(() => RowSource.Open(_folder.Write("a.jsonn", "{}"))).Facts, StringComparison.Ordinal);

    public void Dispose() => _folder.Dispose();
}
