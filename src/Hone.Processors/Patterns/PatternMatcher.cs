using Hone.Processors.Patterns.Scanners;

namespace Hone.Processors.Patterns;

/// <summary>Runs a <see cref="PatternProgram"/> on one text by backtracking, and bounds the time that takes.</summary>
/// <remarks>
/// Matching begins without bookkeeping. Once it has taken more steps than a few per character, it remembers for every pair of splitting instruction and
/// position that the first way failed, which makes the time at most proportional to the instructions times the length, over all matches in the text.
/// </remarks>
internal sealed class PatternMatcher(string expression, PatternProgram program, PieceScanner? scanner)
{
    private const int FreeSteps = 10_000, StepsPerUnit = 32, RunUnitsPerStep = 8;
    private const long MaxTableBytes = 1L << 29;

    private readonly PatternInstruction[] _program = program.Instructions;
    private int[] _stack = new int[3 * 64];
    private int _top;
    private long _steps;

    // Present once the step budget is spent. One bit per row and position: the first way failed there; looks use two: known, and its answer.
    // _ends holds where a sub-expression ended that went the first way there, or −1 for an atomic part that failed.
    private ulong[]? _failed;
    private Dictionary<(int Row, int Position), int>? _ends;
    private (int Start, int End)[]? _runs;
    private long _columns;

    /// <summary>Forgets the text before.</summary>
    public void Reset() => (_steps, _failed, _ends, _runs, _top) = (0, null, null, null, 0);

    /// <summary>Finds the first match at or after a position.</summary>
    public bool TryFind(ReadOnlySpan<char> text, int start, out int index, out int length)
    {
        CodePointSet? first = program.First;
        for (int at = start; at <= text.Length; at += at < text.Length ? PatternStep.Width(text, at) : 1)
        {
            if (first is not null)
            {
                at = PatternStep.SkipTo(first, text, at);
                if (at == text.Length)
                {
                    break;
                }
            }

            int end = MatchAt(text, at);
            if (end >= 0)
            {
                (index, length) = (at, end - at);
                return true;
            }
        }

        (index, length) = (0, 0);
        return false;
    }

    /// <summary>Matches at a position alone.</summary>
    /// <returns>The end of the match, or −1.</returns>
    public int MatchAt(ReadOnlySpan<char> text, int at)
    {
        if (scanner is not null)
        {
            return at < text.Length ? scanner.MatchAt(text, at) : -1;
        }

        _top = 0;
        if (_failed is null)
        {
            int end = Run(text, program.Start, at);
            if (end != OverBudget)
            {
                return end;
            }

            Remember(text.Length);
            _top = 0;
        }

        return RunRemembering(text, program.Start, at, isPart: false);
    }

    private const int OverBudget = -2;

    /// <summary>Begins to remember failures, as happens by itself when the step budget is spent.</summary>
    internal void Remember(int textLength)
    {
        _columns = textLength + 1L;
        long bytes = 2 * program.Rows * _columns / 8;
        if (bytes > MaxTableBytes)
        {
            throw new PatternLimitException(expression, textLength, bytes);
        }

        _failed = new ulong[(bytes / sizeof(ulong)) + 1];
        _ends = [];
        _runs = new (int, int)[program.Rows];
    }

    // The plain matcher: −1 for no match, OverBudget when it took too long.
    private int Run(ReadOnlySpan<char> text, int pc, int at)
    {
        int bottom = _top;
        long budget = FreeSteps + ((long)StepsPerUnit * text.Length);
        while (true)
        {
            if (++_steps > budget)
            {
                return OverBudget;
            }

            ref readonly PatternInstruction instruction = ref _program[pc];
            bool matched;
            switch (instruction.Op)
            {
                case PatternOp.Accept:
                    _top = bottom;
                    return at;
                case PatternOp.Fork:
                    Push(instruction.Other, at, -1);
                    pc = instruction.Next;
                    continue;
                case PatternOp.Run:
                    int end = PatternStep.EndOfRun(instruction.Set!, text, at);
                    _steps += (end - at) / RunUnitsPerStep;
                    if (end > at)
                    {
                        Push(pc, end, at);
                    }

                    (at, pc) = (end, instruction.Next);
                    continue;
                case PatternOp.PossessiveRun:
                    int stop = PatternStep.EndOfRun(instruction.Set!, text, at);
                    _steps += (stop - at) / RunUnitsPerStep;
                    (at, pc) = (stop, stop > at ? instruction.Next : instruction.NextEmpty);
                    continue;
                case PatternOp.Atomic:
                    int inner = Run(text, instruction.Other, at);
                    if (inner == OverBudget)
                    {
                        return OverBudget;
                    }

                    matched = inner >= 0;
                    if (matched)
                    {
                        (at, pc) = (inner, inner > at ? instruction.Next : instruction.NextEmpty);
                    }

                    break;
                case PatternOp.Look:
                    matched = instruction.Negative;
                    foreach ((int start, int back) in instruction.Looks!)
                    {
                        int from = PatternStep.StepBack(text, at, back);
                        int found = from < 0 ? -1 : Run(text, start, from);
                        if (found == OverBudget)
                        {
                            return OverBudget;
                        }

                        if (found >= 0)
                        {
                            matched = !instruction.Negative;
                            break;
                        }
                    }

                    pc = instruction.Next;
                    break;
                default:
                    matched = PatternStep.Take(in instruction, text, ref at);
                    pc = instruction.Next;
                    break;
            }

            if (!matched && !Backtrack(text, bottom, ref pc, ref at))
            {
                return -1;
            }
        }
    }

    private bool Backtrack(ReadOnlySpan<char> text, int bottom, ref int pc, ref int at)
    {
        if (_top == bottom)
        {
            return false;
        }

        ReadOnlySpan<int> frame = _stack.AsSpan(_top - 3, 3);
        (pc, at) = (frame[0], frame[1]);
        int low = frame[2];
        if (low < 0)
        {
            _top -= 3;
            return true;
        }

        // A run gives back its last code point.
        at -= PatternStep.WidthBefore(text, at);
        pc = _program[pc].Next;
        if (at > low)
        {
            _stack[_top - 2] = at;
        }
        else
        {
            _top -= 3;
        }

        return true;
    }

    // The same with memory of what failed. Frames are instruction and position of a split whose first way is being tried.
    private int RunRemembering(ReadOnlySpan<char> text, int pc, int at, bool isPart)
    {
        int bottom = _top;
        while (true)
        {
            ref readonly PatternInstruction instruction = ref _program[pc];
            if (isPart && instruction.Op is PatternOp.Fork or PatternOp.Run && _ends!.TryGetValue((instruction.Row, at), out int known))
            {
                return Accept(known, bottom, isPart);
            }

            bool matched;
            switch (instruction.Op)
            {
                case PatternOp.Accept:
                    return Accept(at, bottom, isPart);
                case PatternOp.Fork:
                    if (IsMarked(instruction.Row, at))
                    {
                        pc = instruction.Other;
                    }
                    else
                    {
                        Push(pc, at, 0);
                        pc = instruction.Next;
                    }

                    continue;
                case PatternOp.Run:
                    int next = at;
                    if (!IsMarked(instruction.Row, at) && PatternStep.TakeOne(instruction.Set!, text, ref next))
                    {
                        Push(pc, at, 0);
                        at = next;
                    }
                    else
                    {
                        pc = instruction.Next;
                    }

                    continue;
                case PatternOp.PossessiveRun:
                    int stop = EndOfKnownRun(in instruction, text, at);
                    (at, pc) = (stop, stop > at ? instruction.Next : instruction.NextEmpty);
                    continue;
                case PatternOp.Atomic:
                    int inner = AtomicEnd(in instruction, text, at);
                    matched = inner >= 0;
                    if (matched)
                    {
                        (at, pc) = (inner, inner > at ? instruction.Next : instruction.NextEmpty);
                    }

                    break;
                case PatternOp.Look:
                    matched = Look(in instruction, text, at);
                    pc = instruction.Next;
                    break;
                default:
                    matched = PatternStep.Take(in instruction, text, ref at);
                    pc = instruction.Next;
                    break;
            }

            if (matched)
            {
                continue;
            }

            if (_top == bottom)
            {
                return -1;
            }

            _top -= 3;
            (pc, at) = (_stack[_top], _stack[_top + 1]);
            ref readonly PatternInstruction split = ref _program[pc];
            Mark(split.Row, at);
            pc = split.Op == PatternOp.Fork ? split.Other : split.Next;
        }
    }

    // The frames left lie on the way to the end; for a part, each need not be tried again.
    private int Accept(int end, int bottom, bool isPart)
    {
        for (; isPart && _top > bottom; _top -= 3)
        {
            _ends![(_program[_stack[_top - 3]].Row, _stack[_top - 2])] = end;
        }

        _top = bottom;
        return end;
    }

    private int AtomicEnd(in PatternInstruction instruction, ReadOnlySpan<char> text, int at)
    {
        // RunRemembering implies that the tables exist.
        if (!_ends!.TryGetValue((instruction.Row, at), out int end))
        {
            end = RunRemembering(text, instruction.Other, at, isPart: true);
            _ends.Add((instruction.Row, at), end);
        }

        return end;
    }

    private bool Look(in PatternInstruction instruction, ReadOnlySpan<char> text, int at)
    {
        if (IsMarked(instruction.Row, at))
        {
            return IsMarked(instruction.Row + program.Rows, at);
        }

        bool matched = instruction.Negative;
        foreach ((int start, int back) in instruction.Looks!)
        {
            int from = PatternStep.StepBack(text, at, back);
            if (from >= 0 && RunRemembering(text, start, from, isPart: true) >= 0)
            {
                matched = !instruction.Negative;
                break;
            }
        }

        Mark(instruction.Row, at);
        if (matched)
        {
            Mark(instruction.Row + program.Rows, at);
        }

        return matched;
    }

    private int EndOfKnownRun(in PatternInstruction instruction, ReadOnlySpan<char> text, int at)
    {
        ref (int Start, int End) known = ref _runs![instruction.Row];
        if (at < known.Start || at >= known.End)
        {
            known = (at, PatternStep.EndOfRun(instruction.Set!, text, at));
        }

        return known.End;
    }

    private bool IsMarked(int row, int at)
    {
        long bit = (row * _columns) + at;
        return ((_failed![bit >> 6] >> (int)(bit & 63)) & 1) != 0;
    }

    private void Mark(int row, int at)
    {
        long bit = (row * _columns) + at;
        _failed![bit >> 6] |= 1UL << (int)(bit & 63);
    }

    private void Push(int pc, int at, int low)
    {
        if (_top + 3 > _stack.Length)
        {
            Array.Resize(ref _stack, 2 * _stack.Length);
        }

        _stack[_top] = pc;
        _stack[_top + 1] = at;
        _stack[_top + 2] = low;
        _top += 3;
    }
}
