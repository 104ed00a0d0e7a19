using System.Globalization;
using Hone.Fuzzing;

const int Usage = 2;
if (args is ["--child", var childTarget, var childSeed, var from, var to, var placeFile])
{
    FuzzChild.Run(FuzzTargets.Find(childTarget)!, Number<ulong>(childSeed), Number<long>(from), Number<long>(to), placeFile, Console.Out); // the parent names one that exists
    return 0;
}

var names = new List<string>();
long inputs = 200_000;
ulong seed = 1;
long? write = null;
for (int i = 0; i < args.Length; i++)
{
    string? value = i + 1 < args.Length ? args[i + 1] : null;
    switch (args[i])
    {
        case "--target" when value is not null && FuzzTargets.Find(value) is not null: names.Add(value); break;
        case "--inputs" when long.TryParse(value, CultureInfo.InvariantCulture, out inputs) && inputs > 0: break;
        case "--seed" when ulong.TryParse(value, CultureInfo.InvariantCulture, out seed): break;
        case "--write" when long.TryParse(value, CultureInfo.InvariantCulture, out long number): write = number; break;
        default:
            Console.Error.WriteLine(args[i] == "--help" ? "Feeds broken files to every parser of Hone." : $"error: '{args[i]} {value}' is not understood.");
            Console.Error.WriteLine("usage: tools/fuzz [--target NAME]... [--inputs N] [--seed N]      N inputs for each target, 200000 unless told");
            Console.Error.WriteLine("       tools/fuzz --target NAME [--seed N] --write INPUT           that input on standard output");
            Console.Error.WriteLine($"targets: {string.Join(", ", FuzzTargets.All.Select(target => target.Name))}");
            return args[i] == "--help" ? 0 : Usage;
    }

    i++;
}

IReadOnlyList<FuzzTarget> targets = names.Count == 0 ? FuzzTargets.All : [.. names.Select(name => FuzzTargets.Find(name)!)]; // found when it was read
if (write is { } wanted)
{
    Console.OpenStandardOutput().Write(new Mutator(targets[0], seed).Input(wanted));
    return 0;
}

var parent = new FuzzParent(Console.Out, Console.Error);
return targets.Sum(target => parent.Run(target, seed, inputs)) == 0 ? 0 : 1;

static T Number<T>(string text)
    where T : IParsable<T> =>
    T.Parse(text, CultureInfo.InvariantCulture);
