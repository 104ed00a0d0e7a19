namespace Hone.Core.Recipes;

/// <summary>Implemented by options records whose keys depend on each other, so that such mistakes are located too.</summary>
public interface ICheckedOptions
{
    /// <summary>Reports contradictions between the record's properties; called after every property was bound without a problem.</summary>
    void Check(OptionChecks checks);
}
