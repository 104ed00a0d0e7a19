namespace Hone.Processors.Patterns;

/// <summary>Turns a parsed expression into instructions, from the end to the start.</summary>
/// <remarks>
/// Each part is emitted for two exits: one for having consumed something and one for not. A loop whose body went round without consuming leaves through the
/// second, so no loop is endless and no instruction needs to remember where its iteration began.
/// </remarks>
internal sealed class PatternCompiler
{
    // Counted repeats are unrolled; this bounds what an expression of a few characters can expand to.
    private const int MaxInstructions = 50_000;

    private readonly string _expression;
    private readonly List<PatternInstruction> _instructions = [];
    private int _rows;

    private PatternCompiler(string expression) => _expression = expression;

    /// <summary>Compiles an expression.</summary>
    /// <exception cref="PatternSyntaxException">It expands to too many instructions.</exception>
    public static PatternProgram Compile(string expression, PatternNode root)
    {
        var compiler = new PatternCompiler(expression);
        int start = compiler.EmitWhole(root);
        return new PatternProgram([.. compiler._instructions], start, compiler._rows, root.IsNullable ? null : First(root));
    }

    private static CodePointSet First(PatternNode node) => node switch
    {
        PatternNode.One one => one.Set,
        PatternNode.Choice choice => choice.Parts.Aggregate(CodePointSet.Empty, (all, part) => all.Union(First(part))),
        PatternNode.Repeat { Max: not 0 } repeat => First(repeat.Part),
        PatternNode.Atomic atomic => First(atomic.Part),
        PatternNode.Sequence sequence => FirstOfSequence(sequence),
        PatternNode.Grapheme => CodePointSet.All,
        _ => CodePointSet.Empty,
    };

    private static CodePointSet FirstOfSequence(PatternNode.Sequence sequence)
    {
        var set = CodePointSet.Empty;
        foreach (PatternNode part in sequence.Parts)
        {
            set = set.Union(First(part));
            if (!part.IsNullable)
            {
                break;
            }
        }

        return set;
    }

    private int EmitWhole(PatternNode node)
    {
        int accept = Add(new PatternInstruction { Op = PatternOp.Accept });
        return Emit(node, accept, accept);
    }

    private int Emit(PatternNode node, int consumed, int empty)
    {
        switch (node)
        {
            case PatternNode.One one:
                return Add(new PatternInstruction { Op = PatternOp.One, Set = one.Set, Next = consumed });
            case PatternNode.Grapheme:
                return Add(new PatternInstruction { Op = PatternOp.Grapheme, Next = consumed });
            case PatternNode.Anchor anchor:
                return Add(new PatternInstruction { Op = PatternOp.Anchor, Anchor = anchor.Kind, Next = empty });
            case PatternNode.Sequence sequence:
                return EmitSequence(sequence, consumed, empty);
            case PatternNode.Choice choice:
                int entry = Emit(choice.Parts[^1], consumed, empty);
                for (int i = choice.Parts.Count - 2; i >= 0; i--)
                {
                    entry = AddFork(Emit(choice.Parts[i], consumed, empty), entry);
                }

                return entry;
            case PatternNode.Look look:
                IReadOnlyList<PatternNode> parts = look.Behind && look.Part is PatternNode.Choice choices ? choices.Parts : [look.Part];
                var looks = parts.Select(part => (EmitWhole(part), look.Behind ? part.FixedLength : 0)).ToArray();
                return Add(new PatternInstruction { Op = PatternOp.Look, Looks = looks, Negative = look.Negative, Row = _rows++, Next = empty });
            case PatternNode.Atomic { Part: PatternNode.Repeat { Part: PatternNode.One one, Max: < 0, Lazy: false } repeat }:
                int run = Add(new PatternInstruction { Op = PatternOp.PossessiveRun, Set = one.Set, Row = _rows++, Next = consumed, NextEmpty = repeat.Min == 0 ? empty : consumed });
                return EmitCopies(one, repeat.Min, run);
            case PatternNode.Atomic atomic:
                return Add(new PatternInstruction { Op = PatternOp.Atomic, Other = EmitWhole(atomic.Part), Row = _rows++, Next = consumed, NextEmpty = empty });
            case PatternNode.Repeat repeated:
                return EmitRepeat(repeated, consumed, empty);
            default:
                throw new InvalidOperationException($"Unknown part {node.GetType().Name}.");
        }
    }

    private int EmitSequence(PatternNode.Sequence sequence, int consumed, int empty)
    {
        // Behind a consuming part only the exit for having consumed is reachable.
        int nullable = sequence.Parts.TakeWhile(part => part.IsNullable).Count();
        for (int i = sequence.Parts.Count - 1; i >= 0; i--)
        {
            PatternNode part = sequence.Parts[i];
            if (consumed == empty || i > nullable)
            {
                consumed = empty = Emit(part, consumed, consumed);
            }
            else
            {
                int entry = Emit(part, consumed, empty);
                (consumed, empty) = (i > 0 ? Emit(part, consumed, consumed) : entry, entry);
            }
        }

        return empty;
    }

    private int EmitRepeat(PatternNode.Repeat repeat, int consumed, int empty)
    {
        int exit = consumed, exitEmpty = empty;
        if (repeat.Max < 0)
        {
            (exit, exitEmpty) = EmitLoop(repeat, consumed, empty);
        }

        for (int i = repeat.Min; i < repeat.Max; i++)
        {
            int next = AddOption(Emit(repeat.Part, exit, consumed), consumed, repeat.Lazy);
            exitEmpty = consumed == empty ? next : AddOption(Emit(repeat.Part, exit, empty), empty, repeat.Lazy);
            exit = next;
        }

        for (int i = 0; i < repeat.Min; i++)
        {
            int next = Emit(repeat.Part, exit, exit);
            exitEmpty = exit == exitEmpty || !repeat.Part.IsNullable ? next : Emit(repeat.Part, exit, exitEmpty);
            exit = next;
        }

        return exitEmpty;
    }

    // Entries of `part*` for having consumed something before, and for not.
    private (int Consumed, int Empty) EmitLoop(PatternNode.Repeat repeat, int consumed, int empty)
    {
        if (repeat is { Part: PatternNode.One one, Lazy: false })
        {
            int run = Add(new PatternInstruction { Op = PatternOp.Run, Set = one.Set, Row = _rows++, Next = consumed });
            return (run, consumed == empty ? run : AddFork(Emit(one, run, run), empty));
        }

        int loop = AddFork(0, 0); // patched below: the body leads back to it
        int body = Emit(repeat.Part, loop, consumed);
        _instructions[loop] = repeat.Lazy
            ? _instructions[loop] with { Next = consumed, Other = body }
            : _instructions[loop] with { Next = body, Other = consumed };
        return (loop, consumed == empty ? loop : AddOption(Emit(repeat.Part, loop, empty), empty, repeat.Lazy));
    }

    private int EmitCopies(PatternNode.One one, int count, int next)
    {
        for (int i = 0; i < count; i++)
        {
            next = Emit(one, next, next);
        }

        return next;
    }

    private int AddOption(int taken, int skipped, bool lazy) => lazy ? AddFork(skipped, taken) : AddFork(taken, skipped);

    private int AddFork(int first, int second) => Add(new PatternInstruction { Op = PatternOp.Fork, Next = first, Other = second, Row = _rows++ });

    private int Add(PatternInstruction instruction)
    {
        if (_instructions.Count == MaxInstructions)
        {
            throw new PatternSyntaxException($"The expression expands to more than {MaxInstructions} instructions.", _expression, 0, "Use smaller repeat counts or * and +.");
        }

        _instructions.Add(instruction);
        return _instructions.Count - 1;
    }
}
