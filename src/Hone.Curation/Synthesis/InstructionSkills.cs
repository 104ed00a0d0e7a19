using System.Globalization;

namespace Hone.Curation.Synthesis;

/// <summary>The kinds of short instructions.</summary>
internal static class InstructionSkills
{
    private const int DaysPerWeek = 7;

    private static readonly string[] s_days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

    private static readonly string[] s_months =
        ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

    private static readonly string[] s_places = ["first", "second", "third", "fourth", "last"];

    /// <summary>All of them.</summary>
    public static IReadOnlyList<InstructionSkill> All { get; } =
    [
        new("copy", Copy),
        new("reverse_word", ReverseWord),
        new("spell", Spell),
        new("count_letters", CountLetters),
        new("count_letter", CountLetter),
        new("count_words", CountWords),
        new("letter_at", LetterAt),
        new("uppercase", Uppercase),
        new("capitalize", Capitalize),
        new("sort_numbers", SortNumbers),
        new("sort_words", SortWords),
        new("largest", Largest),
        new("compare", Compare),
        new("even_odd", EvenOdd),
        new("next_number", NextNumber),
        new("weekday", Weekday),
        new("month", Month),
        new("contains", Contains),
        new("join_words", JoinWords),
        new("pick_word", PickWord),
    ];

    private static (string Prompt, string Answer) Copy(InstructionDraw draw)
    {
        string text = string.Join(' ', draw.Words(1, 4));
        return (draw.Say("<Repeat|Copy|Write again|Say>: ") + text, text);
    }

    private static (string Prompt, string Answer) ReverseWord(InstructionDraw draw)
    {
        string word = draw.Word();
        return (draw.Say($"<Reverse the word|Write backwards the word|Turn around the letters of the word> \"{word}\"."), string.Concat(word.Reverse()));
    }

    private static (string Prompt, string Answer) Spell(InstructionDraw draw)
    {
        string word = draw.Word();
        return (draw.Say($"<Spell the word|Write with dashes between its letters the word> \"{word}\"."), string.Join('-', word.ToCharArray()));
    }

    private static (string Prompt, string Answer) CountLetters(InstructionDraw draw)
    {
        string word = draw.Word();
        return (draw.Say($"<How many letters has the word|How long is the word|Count the letters of the word> \"{word}\"<?|? Give a number.>"), $"{word.Length}");
    }

    private static (string Prompt, string Answer) CountLetter(InstructionDraw draw)
    {
        string word = draw.Word();
        char letter = draw.Between(0, 3) > 0 ? word[draw.Between(0, word.Length - 1)] : (char)draw.Between('a', 'z');
        return (draw.Say($"How <many times|often> does the letter \"{letter}\" <occur|appear> in \"{word}\"?"), $"{word.Count(character => character == letter)}");
    }

    private static (string Prompt, string Answer) CountWords(InstructionDraw draw)
    {
        string[] words = draw.Words(2, 7);
        return (draw.Say("<How many words are there|Count the words>: ") + string.Join(' ', words), $"{words.Length}");
    }

    private static (string Prompt, string Answer) LetterAt(InstructionDraw draw)
    {
        string word = draw.Word();
        int place = draw.Between(0, s_places.Length - 1);
        int index = s_places[place] == "last" ? word.Length - 1 : place;
        return (draw.Say($"<What is|Name|Give> the {s_places[place]} letter of \"{word}\"."), $"{word[index]}");
    }

    private static (string Prompt, string Answer) Uppercase(InstructionDraw draw)
    {
        string text = string.Join(' ', draw.Words(1, 3));
        return (draw.Say("<Write in capital letters|Change to upper case|Make all letters capital>: ") + text, text.ToUpperInvariant());
    }

    private static (string Prompt, string Answer) Capitalize(InstructionDraw draw)
    {
        string[] words = draw.Words(1, 4);
        return (draw.Say("<Begin each word with a capital letter|Capitalize each word>: ") + string.Join(' ', words), CultureInfo.InvariantCulture.TextInfo.ToTitleCase(string.Join(' ', words)));
    }

    private static (string Prompt, string Answer) SortNumbers(InstructionDraw draw)
    {
        int[] numbers = draw.Numbers(3, 5);
        bool falls = draw.Between(0, 1) == 1;
        IEnumerable<int> sorted = falls ? numbers.OrderDescending() : numbers.Order();
        string order = falls ? "from largest to smallest" : "from smallest to largest";
        return (draw.Say($"<Sort|Order|Put in order> these numbers {order}: ") + string.Join(", ", numbers), string.Join(", ", sorted));
    }

    private static (string Prompt, string Answer) SortWords(InstructionDraw draw)
    {
        string[] words = draw.Words(3, 5);
        return (draw.Say("<Sort|Order|Put in order> these words alphabetically: ") + string.Join(", ", words), string.Join(", ", words.Order(StringComparer.Ordinal)));
    }

    private static (string Prompt, string Answer) Largest(InstructionDraw draw)
    {
        int[] numbers = draw.Numbers(2, 5);
        bool isLargest = draw.Between(0, 1) == 1;
        return (draw.Say($"<Which number is the|Find the|Name the> {(isLargest ? "largest" : "smallest")}: ") + string.Join(", ", numbers), $"{(isLargest ? numbers.Max() : numbers.Min())}");
    }

    private static (string Prompt, string Answer) Compare(InstructionDraw draw)
    {
        int left = draw.Number(), right = draw.Number();
        bool isGreater = draw.Between(0, 1) == 1;
        return (draw.Say($"Is {left} <{(isGreater ? "greater|more|larger" : "less|smaller")}> than {right}?"), YesNo(isGreater ? left > right : left < right));
    }

    private static (string Prompt, string Answer) EvenOdd(InstructionDraw draw)
    {
        int number = draw.Number();
        bool asksEven = draw.Between(0, 1) == 1;
        return (draw.Say($"Is <|the number >{number} {(asksEven ? "even" : "odd")}?"), YesNo(number % 2 == 0 == asksEven));
    }

    private static (string Prompt, string Answer) NextNumber(InstructionDraw draw)
    {
        int number = draw.Number(), step = draw.Between(1, 5);
        return (draw.Say($"<Continue|Go on|What comes next>: {number}, {number + step}, {number + (2 * step)}"), $"{number + (3 * step)}");
    }

    private static (string Prompt, string Answer) Weekday(InstructionDraw draw)
    {
        int day = draw.Between(0, DaysPerWeek - 1), distance = draw.Between(2, 20);
        bool isAfter = draw.Between(0, 1) == 1;
        int target = (day + (isAfter ? distance : (3 * DaysPerWeek) - distance)) % DaysPerWeek; // distances stay below three weeks
        return (draw.Say($"<Which|What> day <is|comes> {distance} days {(isAfter ? "after" : "before")} {s_days[day]}?"), s_days[target]);
    }

    private static (string Prompt, string Answer) Month(InstructionDraw draw)
    {
        int month = draw.Between(0, s_months.Length - 1), distance = draw.Between(2, s_months.Length - 1);
        bool isAfter = draw.Between(0, 1) == 1;
        int target = (month + (isAfter ? distance : s_months.Length - distance)) % s_months.Length;
        return (draw.Say($"<Which|What> month <is|comes> {distance} months {(isAfter ? "after" : "before")} {s_months[month]}?"), s_months[target]);
    }

    private static (string Prompt, string Answer) Contains(InstructionDraw draw)
    {
        string[] words = draw.Words(3, 5);
        string wanted = draw.Between(0, 1) == 1 ? draw.OneOf(words) : draw.Word();
        return (draw.Say($"Is the word \"{wanted}\" <in|part of> this list: ") + string.Join(", ", words) + "?", YesNo(words.Contains(wanted)));
    }

    private static (string Prompt, string Answer) JoinWords(InstructionDraw draw)
    {
        string[] words = draw.Words(2, 2);
        return (draw.Say($"<Join|Put together> the words \"{words[0]}\" and \"{words[1]}\" <without a space|into one word>."), words[0] + words[1]);
    }

    private static (string Prompt, string Answer) PickWord(InstructionDraw draw)
    {
        string[] words = draw.Words(4, 6);
        int place = draw.Between(0, s_places.Length - 1);
        int index = s_places[place] == "last" ? words.Length - 1 : place;
        return (draw.Say($"<What is|Name|Give> the {s_places[place]} word: ") + string.Join(' ', words), words[index]);
    }

    private static string YesNo(bool holds) => holds ? "yes" : "no";
}
