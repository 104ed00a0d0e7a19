using Hone.Data.Formats;

namespace Hone.Data.Tests.Formats;

public sealed class DatasetRegistryTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Find_NameAlone_HasAlpacaDefaults()
    {
        DatasetEntry entry = Find("""{"a":{"file_name":"a.json"}}""");

        Assert.Equal((_folder["a.json"], "alpaca"), (entry.File, entry.FormatName));
        Assert.Equal(new AlpacaFormat { System = null, History = null }, entry.Format);
        Assert.Empty(entry.Warnings);
    }

    [Fact]
    public void Find_ColumnsThatForgetTheResponse_ArePlainTextWithAWarning()
    {
        DatasetEntry entry = Find("""{"a":{"file_name":"a.json","columns":{"prompt":"text"}}}""");

        Assert.Equal(new AlpacaFormat { Prompt = "text", Query = null, Response = null, System = null, History = null }, entry.Format);
        Assert.Contains("without a response", Assert.Single(entry.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Find_ShareGptWithTags_HasThoseAlone()
    {
        var format = (ShareGptFormat)Find("""{"a":{"file_name":"a.json","formatting":"sharegpt","columns":{"messages":"m"},"tags":{"role_tag":"role","content_tag":"content","user_tag":"user","assistant_tag":"assistant"}}}""").Format;

        Assert.Equal(("m", null, "role", "user", null, null), (format.Messages, format.Tools, format.RoleTag, format.UserTag, format.FunctionTag, format.SystemTag));
    }

    [Theory]
    [InlineData("""{"a":{"hf_hub_url":"x/y"}}""", "file_name")]
    [InlineData("""{"a":{"file_name":"a.json","ranking":true}}""", "preference")]
    [InlineData("""{"a":{"file_name":"a.json","columns":{"prompt":"p","kto_tag":"l"}}}""", "preference")]
    [InlineData("""{"a":{"file_name":"a.json","formatting":"sharegtp"}}""", "sharegtp")]
    [InlineData("""{"a":{"file_name":"a.json","colunms":{}}}""", "columns")]
    [InlineData("""{"a":{"file_name":"a.json","columns":{"promt":"x"}}}""", "prompt")]
    [InlineData("""{"a":{"file_name":"a.json","num_samples":0}}""", "num_samples")]
    [InlineData("""{"b":{"file_name":"a.json"}}""", "nearest: b")]
    [InlineData("""{"a":{"file_name":"a.json"},"\ud800":{}}""", "surrogate")]
    [InlineData("""[]""", "Array")]
    [InlineData("""{""", "")]
    public void Find_WhatCannotBeUsed_SaysWhy(string json, string facts) =>
        Assert.Contains(facts, Assert.Throws<DatasetFormatException>(() => Find(json)).Facts, StringComparison.Ordinal);

    public void Dispose() => _folder.Dispose();

    private DatasetEntry Find(string json) => DatasetRegistry.Load(_folder.Write(DatasetRegistry.FileName, json)).Find("a");
}
