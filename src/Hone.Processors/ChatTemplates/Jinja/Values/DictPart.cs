namespace Hone.Processors.ChatTemplates.Jinja.Values;

/// <summary>Which part of a dictionary a view shows.</summary>
internal enum DictPart
{
    Keys,
    Values,
    Items,
}
