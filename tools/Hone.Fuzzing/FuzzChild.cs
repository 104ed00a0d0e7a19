using System.IO.MemoryMappedFiles;
using System.Text.Json;
using Hone.Core.Errors;

namespace Hone.Fuzzing;

/// <summary>The process that feeds a parser: reports failures as lines of JSON and leaves the number of the current input in a file, should it die.</summary>
internal static class FuzzChild
{
    /// <summary>Feeds the inputs <c>[from, to)</c>.</summary>
    public static void Run(FuzzTarget target, ulong seed, long from, long to, string placeFile, TextWriter output)
    {
        using MemoryMappedFile map = MemoryMappedFile.CreateFromFile(placeFile, FileMode.Open);
        using MemoryMappedViewAccessor place = map.CreateViewAccessor(0, sizeof(long));
        var mutator = new Mutator(target, seed);
        long accepted = 0, slowestInput = -1;
        TimeSpan slowest = TimeSpan.Zero;
        for (long number = from; number < to; number++)
        {
            byte[] input = mutator.Input(number);
            place.Write(0, number);
            TimeSpan before = Environment.CpuUsage.TotalTime;
            string? failure = Feed(target, input, ref accepted);
            TimeSpan time = Environment.CpuUsage.TotalTime - before; // of the whole process, so collections and compilation count
            if (time > slowest)
            {
                (slowest, slowestInput) = (time, number);
            }

            if (failure is not null)
            {
                output.WriteLine(JsonSerializer.Serialize(new FuzzFailure(number, failure)));
                output.Flush();
            }
        }

        place.Write(0, to);
        output.WriteLine(JsonSerializer.Serialize(new FuzzSummary(to - from, accepted, slowest.TotalMilliseconds, slowestInput)));
    }

    /// <summary>Parses one input.</summary>
    /// <returns>What went wrong; <see langword="null"/> when the input was accepted or properly rejected.</returns>
    public static string? Feed(FuzzTarget target, byte[] input, ref long accepted)
    {
        try
        {
            target.Parse(input);
            accepted++;
            return null;
        }
        catch (HoneException)
        {
            return null;
        }
#pragma warning disable CA1031 // Finding out which other exceptions come is what this program is for.
        catch (Exception e)
#pragma warning restore CA1031
        {
            string place = e.StackTrace?.Split('\n').Select(line => line.Trim()).FirstOrDefault(line => line.Contains("Hone.", StringComparison.Ordinal)) ?? "";
            return $"{e.GetType().Name}: {e.Message} {place}";
        }
    }
}
