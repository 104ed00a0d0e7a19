using System.Text;
using Hone.Core.Random;

namespace Hone.Benchmarks;

/// <summary>Lines as they stand in web pages, books, code and chats, made up from a seed: the same seed gives the same text.</summary>
/// <remarks>Words are drawn by Zipf's law, so that a few are frequent and many are rare, as in real text.</remarks>
internal sealed class MixedText
{
    private const string English =
        "the of and to in a is that for it as was with be by on not he his but at are this have from or had an they which one you were all her she there would their we him been " +
        "has when who will no more if out so up said what its about than into them can only other time new some could these two may first then do any like my now over such our " +
        "man me even most made after also did many off before must well back through years where much your way down should because long each just state those people too mister " +
        "little good world make very year still see own work men day get here old life both between being under three never know same last another while us might great go come " +
        "since against right came take used himself few house use place during high without again home around small however found mrs part school thought went say general once " +
        "upon war left every american always something fact though water less public put think almost hand enough far took head yet government system better set told nothing night " +
        "end why called didn't eyes find going look asked later knew point next program city business give group toward young days let room side social given present order national";

    private const string Syllables = "al an ar ate ble cal cen com con de dis ed en er est ex fer gen ic ing ion ist ity lar len ly ment mis na ness nor ob or ous per pre pro qua re ri sen si sion sub sur tal ten ter tion tor trans tri ty un ure ver vi";

    private const string Code = "return if else for while int var const public static void string new null true false this class def import from self print len range function let await async throw catch try switch case break List Dictionary index count value result name key item data node config context request response";

    private const string German = "der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er hat dass sie nach wird bei einer um am sind noch wie einem über einen so zum war haben nur oder aber vor zur bis mehr durch man größer Straße schön können müssen";

    private const string French = "de la le et les des en un du une que est pour qui dans a par plus pas au sur ne se ce il sont avec été très où déjà après même être leur français élève théâtre aujourd'hui c'est l'homme d'une qu'il n'est";

    private const string Russian = "и в не на я быть он с что а по это она этот к но они мы весь который из у за свой так от все как его или же бы для ты год наш о себя человек время рука жизнь большой день работа слово место дело лицо друг глаз вопрос дом сторона страна мир случай голова ребёнок сила конец вид система часть город";

    private const string Chinese = "的 一 是 在 不 了 有 和 人 这 中 大 为 上 个 国 我们 以 要 他 时 来 用 们 生 到 作 地 于 出 就 分 对 成 会 可以 主 发 年 动 同 工作 也 能 下 过 子 说 产 种 面 而 方法 后 多 定 行 学习 法 所 民 得 经济 问题 模型 数据 训练 语言 计算 系统 研究 结果 因为 如果 没有";

    private const string Japanese = "の に は を た が で て と し れ さ ある いる も する から な こと として いう など これ それ もの 日本 東京 時間 言語 モデル データ コンピュータ 学習 研究 です ます ません でした そして しかし について";

    private const string Korean = "이 그 저 것 수 있다 하다 되다 나 우리 사람 아니다 보다 같다 주다 대하다 가다 년 한 말 일 때 없다 모델 학습 언어 데이터 그리고 하지만 그래서 서울에서 공부를 합니다 안녕하세요";

    private const string Arabic = "في من على إلى أن هذا التي ما لا هو مع عن كان ذلك بعد كل بين أو قد غير حتى إذا عند اللغة العربية النموذج البيانات التعلم العالم المدينة";

    private const string Hindi = "के में है की से और का को पर इस यह ने कि एक भी हैं नहीं था लिए अपने कर हो गया भाषा हिन्दी मॉडल सीखना दुनिया समय लोग काम दिन";

    private readonly RandomStream _random;
    private readonly string[] _english;
    private readonly StringBuilder _line = new();

    private MixedText(ulong seed)
    {
        _random = new RandomStream(seed, "mixed text");
        string[] frequent = English.Split(' '), syllables = Syllables.Split(' ');

        // 20,000 rarer words behind the frequent ones.
        _english = [.. frequent, .. Enumerable.Range(0, 20_000).Select(_ => string.Concat(Enumerable.Range(0, 2 + _random.NextInt32(3)).Select(_ => syllables[_random.NextInt32(syllables.Length)])))];
    }

    /// <summary>Makes lines of at least a number of bytes of UTF-8.</summary>
    public static IReadOnlyList<string> Create(ulong seed, long sizeBytes)
    {
        var text = new MixedText(seed);
        var lines = new List<string>();
        for (long bytes = 0; bytes < sizeBytes; bytes += Encoding.UTF8.GetByteCount(lines[^1]))
        {
            lines.Add(text.Line());
        }

        return lines;
    }

    private string Line()
    {
        _line.Clear();
        switch (_random.NextInt32(100))
        {
            case < 52:
                Sentences(_english, 2 + _random.NextInt32(5), " ", ". ");
                break;
            case < 70:
                CodeLine();
                break;
            case < 74:
                Sentences(German.Split(' '), 3, " ", ". ");
                break;
            case < 77:
                Sentences(French.Split(' '), 3, " ", ". ");
                break;
            case < 81:
                Sentences(Russian.Split(' '), 3, " ", ". ");
                break;
            case < 86:
                Sentences(Chinese.Split(' '), 3, "", "。");
                break;
            case < 88:
                Sentences(Japanese.Split(' '), 2, "", "。");
                break;
            case < 89:
                Sentences(Korean.Split(' '), 2, " ", ". ");
                break;
            case < 91:
                Sentences(Arabic.Split(' '), 2, " ", "، ");
                break;
            case < 92:
                Sentences(Hindi.Split(' '), 2, " ", "। ");
                break;
            case < 95:
                _line.Append($"| {Word(_english)} | {_random.NextInt32(100_000)} | {_random.NextDouble():F3} | 20{_random.NextInt32(100):D2}-{_random.NextInt32(12) + 1:D2}-{_random.NextInt32(28) + 1:D2} |");
                break;
            case < 97:
                _line.Append("https:").Append($"//www.{Word(_english)}.org/{Word(_english)}/{Word(_english)}?id={_random.NextUInt32():x}&page={_random.NextInt32(99)}");
                break;
            case < 98:
                _line.Append($"$\\sum_{{{"ijkn"[_random.NextInt32(4)]}=1}}^{{n}} x_{{i}}^{{{_random.NextInt32(9)}}} \\leq \\frac{{{_random.NextInt32(1000)}}}{{{_random.NextInt32(99) + 1}}}$");
                break;
            case < 99:
                Sentences(_english, 1, " ", "");
                _line.Append(" 😀👍🏽 #").Append(Word(_english)).Append(" lol!!! ❤️");
                break;
            default:
                _line.Append(' ', _random.NextInt32(40)).Append('-', _random.NextInt32(60));
                break;
        }

        return _line.ToString();
    }

    private void Sentences(string[] words, int count, string space, string stop)
    {
        for (; count > 0; count--)
        {
            int length = 6 + _random.NextInt32(15);
            for (int i = 0; i < length; i++)
            {
                string word = Word(words);
                word = i == 0 ? char.ToUpperInvariant(word[0]) + word[1..] : word;
                _line.Append(word).Append(i + 1 == length ? stop : _random.NextInt32(12) == 0 && space.Length > 0 ? ", " : space);
            }
        }
    }

    private void CodeLine()
    {
        string[] words = Code.Split(' ');
        _line.Append(' ', 4 * _random.NextInt32(6));
        for (int i = 3 + _random.NextInt32(7); i > 0; i--)
        {
            _line.Append(Word(words));
            _line.Append(((string[])[" ", "(", ") ", ".", " = ", ", ", "[0]", "();", " == ", " + ", " => ", "_", "\"", " // "])[_random.NextInt32(14)]);
            if (_random.NextInt32(5) == 0)
            {
                _line.Append(_random.NextInt32(1000));
            }
            else if (_random.NextInt32(4) == 0)
            {
                _line.Append(char.ToUpperInvariant(Word(_english)[0])).Append(Word(_english));
            }
        }

        _line.Append(_random.NextInt32(2) == 0 ? ";" : " {");
    }

    // Rank r with a probability about proportional to 1/r.
    private string Word(string[] words) => words[(int)Math.Pow(words.Length, _random.NextDouble()) - 1];
}
