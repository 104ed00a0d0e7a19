using System.Text;
using Hone.Core.Random;

namespace Hone.Curation.Synthesis;

/// <summary>A kind of word problem: its question and worked answer, with places for names, things and numbers.</summary>
/// <remarks>
/// <para>Numbers are single letters: <c>a</c> to <c>d</c> are drawn from the range of numbers, <c>p</c> to <c>s</c> from that of factors,
/// and definitions such as <c>a = p * q</c> follow from them.</para>
/// <para>Steps hold calculations in brackets; <c>[a + b]</c> is written <c>3 + 4 = 7</c>, and the results are <c>x</c>, <c>y</c>, <c>z</c> to later steps.
/// The last one is the answer. A calculation goes from left to right and is exact; no result is below 2, so that nouns stay in the plural.</para>
/// </remarks>
internal sealed class WordProblemTemplate
{
    private const long MinResult = 2;
    private const long MaxResult = 1_000_000;
    private const string ResultNames = "xyzw";

    private static readonly (char Sign, string Skill)[] s_operations = [('+', "addition"), ('-', "subtraction"), ('*', "multiplication"), ('/', "division")];

    private readonly string _letters;
    private readonly (char Letter, string Expression)[] _definitions;
    private readonly string _question;
    private readonly string[] _steps;

    /// <summary>Reads a template.</summary>
    /// <param name="skill">What it asks for.</param>
    /// <param name="numbers">Letters to draw and definitions: <c>p q; a = p * q</c>.</param>
    /// <param name="question">The question.</param>
    /// <param name="steps">The steps of the answer, one a line.</param>
    public WordProblemTemplate(string skill, string numbers, string question, params string[] steps)
    {
        Skill = skill;
        string[] parts = numbers.Split(';', StringSplitOptions.TrimEntries);
        _letters = parts[0].Replace(" ", "", StringComparison.Ordinal);
        _definitions = [.. parts.Skip(1).Select(part => (part[0], part[4..]))];
        _question = question;
        _steps = steps;
        string calculations = string.Concat(steps.SelectMany(step => step.Split('[').Skip(1).Select(rest => rest[..rest.IndexOf(']', StringComparison.Ordinal)])));
        Operations = [.. s_operations.Where(operation => calculations.Contains(operation.Sign, StringComparison.Ordinal)).Select(operation => operation.Skill)];
    }

    /// <summary>What it asks for.</summary>
    public string Skill { get; }

    /// <summary>The skills of the calculations that its answer takes.</summary>
    public IReadOnlyList<string> Operations { get; }

    /// <summary>Makes a problem; <see langword="null"/> when a result would not be a whole number from 2 to a million.</summary>
    /// <param name="random">Draws numbers, names and wording.</param>
    /// <param name="ranges">The ranges to draw numbers from.</param>
    /// <param name="number">Number of the template, which its problems carry in their signature.</param>
    public SyntheticRow? Draw(RandomStream random, NumberRanges ranges, int number)
    {
        var values = new Dictionary<char, long>();
        foreach (char letter in _letters)
        {
            NumberRange range = letter >= 'p' ? ranges.Factors : ranges.Numbers;
            values[letter] = range.Min + random.NextInt32(range.Max - range.Min + 1);
        }

        foreach ((char letter, string expression) in _definitions)
        {
            if (Evaluate(expression, values) is not { } value)
            {
                return null;
            }

            values[letter] = value;
        }

        string signature = $"{number}:{string.Join(',', values.Values)}";
        if (Calculate(values) is not { } steps)
        {
            return null;
        }

        var words = new WordProblemWords(random);
        string Fill(string place) => place.Length == 1 ? $"{values[place[0]]}" : words[place];
        string prompt = VariedText.Render(_question, random, Fill);
        string response = string.Join('\n', steps.Select(step => VariedText.Render(step, random, Fill)));
        string answer = $"{values[ResultNames[_steps.Sum(step => step.Count(character => character == '[')) - 1]]}";
        return new SyntheticRow(Skill, signature, prompt, $"{response}\n#### {answer}", answer);
    }

    /// <summary>Replaces the calculations by their numbers and adds the results to the values.</summary>
    private List<string>? Calculate(Dictionary<char, long> values)
    {
        var steps = new List<string>(_steps.Length);
        int results = 0;
        foreach (string step in _steps)
        {
            var text = new StringBuilder();
            string[] pieces = step.Split('[', ']'); // calculations are at the odd places
            for (int i = 0; i < pieces.Length; i++)
            {
                if (i % 2 == 0)
                {
                    text.Append(pieces[i]);
                    continue;
                }

                if (Evaluate(pieces[i], values) is not { } result)
                {
                    return null;
                }

                string left = string.Join(' ', pieces[i].Split(' ').Select(token => char.IsAsciiLetter(token[0]) ? $"{values[token[0]]}" : token));
                text.Append(left).Append(" = ").Append(result);
                values[ResultNames[results++]] = result;
            }

            steps.Add(text.ToString());
        }

        return steps;
    }

    private static long? Evaluate(string expression, Dictionary<char, long> values)
    {
        string[] tokens = expression.Split(' ');
        long Operand(string token) => char.IsAsciiLetter(token[0]) ? values[token[0]] : long.Parse(token);
        long result = Operand(tokens[0]);
        for (int i = 1; i < tokens.Length; i += 2)
        {
            long right = Operand(tokens[i + 1]);
            if (tokens[i] == "/" && result % right != 0)
            {
                return null;
            }

            result = tokens[i] switch
            {
                "+" => result + right,
                "-" => result - right,
                "*" => result * right,
                "/" => result / right,
                string other => throw new FormatException($"'{other}' is no sign in \"{expression}\"."),
            };
            if (result is < MinResult or > MaxResult)
            {
                return null;
            }
        }

        return result;
    }
}
