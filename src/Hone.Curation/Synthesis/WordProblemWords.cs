using Hone.Core.Random;

namespace Hone.Curation.Synthesis;

/// <summary>The names and nouns of one problem, drawn when they are first asked for.</summary>
internal sealed class WordProblemWords(RandomStream random)
{
    private static readonly string[] s_women =
    [
        "Ada", "Bea", "Carla", "Dina", "Elif", "Fatima", "Greta", "Hana", "Ines", "Julia", "Keiko", "Lena", "Mira", "Nora", "Olga", "Priya", "Rosa", "Sofia", "Tara", "Uma", "Vera", "Wanda", "Yara", "Zoe",
    ];

    private static readonly string[] s_men =
    [
        "Adam", "Boris", "Carlos", "David", "Emil", "Felix", "Goran", "Hugo", "Ivan", "Jonas", "Kofi", "Leo", "Marco", "Nils", "Omar", "Pavel", "Ravi", "Samir", "Theo", "Uwe", "Victor", "Walter", "Yusuf", "Zain",
    ];

    private static readonly (string One, string Many)[] s_things =
    [
        ("apple", "apples"), ("orange", "oranges"), ("lemon", "lemons"), ("plum", "plums"), ("carrot", "carrots"), ("melon", "melons"), ("walnut", "walnuts"), ("cookie", "cookies"), ("muffin", "muffins"),
        ("candle", "candles"), ("marble", "marbles"), ("sticker", "stickers"), ("stamp", "stamps"), ("coin", "coins"), ("shell", "shells"), ("button", "buttons"), ("bead", "beads"), ("pencil", "pencils"),
        ("crayon", "crayons"), ("notebook", "notebooks"), ("book", "books"), ("card", "cards"), ("ticket", "tickets"), ("postcard", "postcards"), ("balloon", "balloons"), ("ribbon", "ribbons"), ("brick", "bricks"),
        ("nail", "nails"), ("screw", "screws"), ("rope", "ropes"), ("lamp", "lamps"), ("cup", "cups"), ("plate", "plates"), ("spoon", "spoons"), ("towel", "towels"), ("tulip", "tulips"), ("rose", "roses"),
        ("seed", "seeds"), ("egg", "eggs"), ("potato", "potatoes"), ("onion", "onions"), ("feather", "feathers"), ("pebble", "pebbles"), ("toy", "toys"), ("puzzle", "puzzles"), ("kite", "kites"), ("poster", "posters"),
    ];

    private static readonly (string One, string Many)[] s_containers =
    [
        ("box", "boxes"), ("bag", "bags"), ("basket", "baskets"), ("crate", "crates"), ("jar", "jars"), ("tray", "trays"), ("drawer", "drawers"), ("bucket", "buckets"), ("pack", "packs"), ("sack", "sacks"),
    ];

    private static readonly string[] s_people =
        ["students", "children", "visitors", "players", "workers", "neighbors", "friends", "teachers", "runners", "guests", "farmers", "singers", "dancers", "campers", "swimmers"];

    private static readonly string[] s_places =
        ["library", "school", "market", "museum", "park", "theater", "village hall", "sports club", "bakery", "garden center", "station", "farm", "zoo", "workshop", "harbor"];

    private static readonly string[] s_activities =
        ["reading", "painting", "running", "swimming", "cycling", "drawing", "cooking", "gardening", "practicing the piano", "practicing the violin", "doing homework", "cleaning", "dancing", "walking the dog", "writing letters"];

    private readonly Dictionary<string, string> _words = new(StringComparer.Ordinal);

    /// <summary>The word of a place, the same each time.</summary>
    /// <exception cref="FormatException">There is no such place.</exception>
    public string this[string place]
    {
        get
        {
            if (!_words.ContainsKey(place))
            {
                Draw(place);
            }

            return _words[place];
        }
    }

    private void Draw(string place)
    {
        switch (place)
        {
            case "name" or "other" or "third" or "he" or "He" or "his" or "him":
                DrawNames();
                break;
            case "thing" or "things" or "thing2" or "things2":
                (int first, int second) = Two(s_things.Length);
                (_words["thing"], _words["things"]) = s_things[first];
                (_words["thing2"], _words["things2"]) = s_things[second];
                break;
            case "box" or "boxes":
                (_words["box"], _words["boxes"]) = s_containers[random.NextInt32(s_containers.Length)];
                break;
            case "people" or "people2":
                (first, second) = Two(s_people.Length);
                (_words["people"], _words["people2"]) = (s_people[first], s_people[second]);
                break;
            case "place":
                _words["place"] = s_places[random.NextInt32(s_places.Length)];
                break;
            case "activity" or "activity2":
                (first, second) = Two(s_activities.Length);
                (_words["activity"], _words["activity2"]) = (s_activities[first], s_activities[second]);
                break;
            default:
                throw new FormatException($"'{{{place}}}' is no place of word problems.");
        }
    }

    private void DrawNames()
    {
        bool isWoman = random.NextInt32(2) == 0;
        string[] own = isWoman ? s_women : s_men, others = isWoman ? s_men : s_women;
        (int first, int third) = Two(own.Length);
        (_words["name"], _words["third"]) = (own[first], own[third]);
        _words["other"] = others[random.NextInt32(others.Length)];
        (_words["he"], _words["He"], _words["his"], _words["him"]) = isWoman ? ("she", "She", "her", "her") : ("he", "He", "his", "him");
    }

    private (int First, int Second) Two(int count)
    {
        int first = random.NextInt32(count), second = random.NextInt32(count - 1);
        return (first, second >= first ? second + 1 : second);
    }
}
