using System.CommandLine;

namespace Hone.Cli.Commands;

/// <summary>Options that take a whole number with a least value.</summary>
internal static class CountOption
{
    /// <summary>Creates the option.</summary>
    /// <param name="name">Its name, with the dashes.</param>
    /// <param name="description">Its help.</param>
    /// <param name="value">What it is when not given.</param>
    /// <param name="least">The smallest number allowed.</param>
    public static Option<int> Create(string name, string description, int value, int least = 1)
    {
        var option = new Option<int>(name) { HelpName = "N", Description = description, DefaultValueFactory = _ => value };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && (!int.TryParse(result.Tokens[0].Value, out int given) || given < least))
            {
                result.AddError($"{name} must be a whole number from {least} on");
            }
        });
        return option;
    }
}
