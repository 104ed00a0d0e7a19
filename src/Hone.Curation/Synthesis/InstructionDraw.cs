using System.Globalization;
using Hone.Core.Random;

namespace Hone.Curation.Synthesis;

/// <summary>The random parts of one instruction: words, numbers, wording. Its arguments are remembered, because they tell rows apart.</summary>
/// <param name="random">Draws everything.</param>
/// <param name="numbers">Range of numbers.</param>
internal sealed class InstructionDraw(RandomStream random, NumberRange numbers)
{
    private static readonly string[] s_words =
    [
        "anchor", "animal", "answer", "april", "arrow", "autumn", "badge", "banana", "basket", "bell", "bench", "berry", "bird", "blanket", "boat", "bottle", "branch", "bread", "bridge", "brother",
        "bucket", "butter", "cabin", "camel", "candle", "carpet", "castle", "chair", "cheese", "cherry", "circle", "city", "cloud", "coffee", "copper", "corner", "cotton", "cousin", "cradle", "cream",
        "daisy", "dance", "desert", "dinner", "doctor", "dolphin", "dragon", "dream", "drum", "eagle", "earth", "engine", "evening", "falcon", "family", "farmer", "feather", "fence", "field", "finger",
        "flame", "flower", "forest", "fountain", "friend", "garden", "giant", "ginger", "glass", "glove", "grape", "guitar", "hammer", "harbor", "harvest", "hill", "honey", "horse", "hotel", "house",
        "island", "jacket", "jungle", "kettle", "kitchen", "kitten", "ladder", "lake", "lantern", "leaf", "lemon", "letter", "library", "light", "lion", "market", "meadow", "melon", "metal", "mirror",
        "moment", "monkey", "moon", "morning", "mountain", "music", "needle", "night", "north", "ocean", "olive", "onion", "orange", "orchard", "paint", "palace", "panda", "paper", "parrot", "pasture",
        "pencil", "pepper", "piano", "picture", "pillow", "pirate", "planet", "pocket", "potato", "prince", "pumpkin", "puppy", "puzzle", "quilt", "rabbit", "radio", "rainbow", "ribbon", "river", "robin",
        "rocket", "saddle", "sailor", "salmon", "school", "season", "shadow", "shovel", "silver", "singer", "sister", "snow", "spider", "spring", "squirrel", "station", "stone", "storm", "story", "street",
        "summer", "sunset", "table", "teacher", "temple", "thunder", "ticket", "tiger", "timber", "tomato", "tower", "train", "travel", "tree", "trumpet", "tunnel", "turtle", "uncle", "valley", "velvet",
        "village", "violin", "wagon", "walnut", "water", "whale", "wheat", "window", "winter", "wizard", "wolf", "wonder", "yellow", "zebra",
    ];

    private readonly List<string> _arguments = [];

    /// <summary>The arguments drawn so far.</summary>
    public string Arguments => string.Join(',', _arguments);

    /// <summary>A word in lower-case letters.</summary>
    public string Word() => Remember(s_words[random.NextInt32(s_words.Length)]);

    /// <summary>Several different words.</summary>
    public string[] Words(int min, int max) => Different(min, max, Word);

    /// <summary>A number of the range.</summary>
    public int Number() => int.Parse(Remember($"{numbers.Min + random.NextInt32(numbers.Max - numbers.Min + 1)}"), CultureInfo.InvariantCulture);

    /// <summary>Several different numbers.</summary>
    public int[] Numbers(int min, int max) => Different(min, max, Number);

    /// <summary>A number from <paramref name="min"/> to <paramref name="max"/>.</summary>
    public int Between(int min, int max) => int.Parse(Remember($"{min + random.NextInt32(max - min + 1)}"), CultureInfo.InvariantCulture);

    /// <summary>One of several things.</summary>
    public T OneOf<T>(IReadOnlyList<T> items) => items[Between(0, items.Count - 1)];

    /// <summary>One of several wordings, which does not count as an argument.</summary>
    public string Say(string text) => VariedText.Render(text, random, place => throw new FormatException($"'{{{place}}}' is no place of instructions."));

    private T[] Different<T>(int min, int max, Func<T> draw)
    {
        int count = Between(min, max);
        var items = new List<T>(count);
        for (int tries = 0; items.Count < count && tries < 100 * count; tries++)
        {
            T item = draw();
            if (!items.Contains(item))
            {
                items.Add(item);
            }
        }

        return [.. items];
    }

    private string Remember(string argument)
    {
        _arguments.Add(argument);
        return argument;
    }
}
