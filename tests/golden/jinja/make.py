"""Random templates and what Jinja2 makes of them.

Usage: make.py SEED COUNT > cases.jsonl     (needs Jinja2 3.1)
"""
import datetime
import json
import platform
import random
import re
import sys
import warnings

import jinja2
import jinja2.ext
from jinja2 import nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

warnings.simplefilter("ignore")


class Generation(jinja2.ext.Extension):
    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return nodes.CallBlock(self.call_method("_render"), [], [], body).set_lineno(line)

    def _render(self, caller):
        return caller()


def raise_exception(message):
    raise jinja2.exceptions.TemplateError(message)


def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


env = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[Generation, jinja2.ext.loopcontrols])
env.filters["tojson"] = tojson
env.globals["raise_exception"] = raise_exception
env.globals["strftime_now"] = lambda f: datetime.datetime(2025, 7, 10, 12, 0, 0).strftime(f)

CONTEXT = {
    "n": 3, "f": 2.5, "big": 10**20, "neg": -7, "s": "Hello World", "u": "héllo 😀 wörld", "e": "", "ml": "line one\n  two\n\nlast", "t": True, "z": None,
    "l": [3, 1, 2], "ls": ["b", "A", "c"], "d": {"a": 1, "b": "x", "c": None}, "ld": [{"k": "b", "v": 1}, {"k": "a", "v": 2.5}, {"k": "b"}],
    "nest": {"x": {"y": [1, {"z": "q"}]}}, "mix": [1, "1", 1.0, None, True, [1]], "el": [], "ed": {}, "html": "<b>a & 'b'</b>", "num": "42", "ws": "  pad \t\n",
}
NAMES = [*CONTEXT, "undef"]
LITERALS = """0 1 -1 2 10 0.5 1e3 1.0 2.675 'a' 'b,c' '' 'é😀' '%s-%d' '{}:{a}' true false none [] [1,2] (1,) (1,2,3) {} {'a':1} "it's" 100 1_000 1e-7 1e16 123456789012345678901""".split()
FILTERS = {
    "abs": [""], "attr": ["'a'"], "batch": ["2", "2, 0"], "capitalize": [""], "center": ["", "9"], "count": [""], "default": ["'d'", "'d', true"],
    "dictsort": ["", "true", "false,'value'", "reverse=true"], "e": [""], "filesizeformat": ["", "true"], "first": [""], "float": ["", "1.5"], "forceescape": [""],
    "format": ["1", "'x', 2"], "groupby": ["'k'", "'v', default=0"], "indent": ["", "2,true", "'>'", "blank=true"], "int": ["", "7", "0,16"], "items": [""],
    "join": ["", "','", "', ','k'"], "last": [""], "length": [""], "list": [""], "lower": [""], "map": ["'upper'", "'string'", "attribute='k'", "attribute='v',default=0", "'int'"],
    "max": ["", "attribute='v'"], "min": ["", "true"], "pprint": [""], "reject": ["", "'odd'", "'eq',1"], "rejectattr": ["'k'", "'k','eq','b'"],
    "replace": ["'l','L'", "'o','0',1", "'',' '"], "reverse": [""], "round": ["", "1", "2,'ceil'", "-1", "0,'floor'"], "safe": [""], "select": ["", "'string'", "'gt',1", "'in',[1,2]"],
    "selectattr": ["'v'", "'k','equalto','b'", "'v','defined'"], "slice": ["2", "3,'x'"], "sort": ["", "true", "attribute='k'", "case_sensitive=true"], "string": [""],
    "striptags": [""], "sum": ["", "attribute='v'", "start=10"], "title": [""], "tojson": ["", "indent=2", "sort_keys=true", "ensure_ascii=true", "separators=(',',':')"],
    "trim": ["", "'ab'"], "truncate": ["", "5", "7,true", "9,false,'~',0"], "unique": ["", "true"], "upper": [""], "urlencode": [""], "wordcount": [""], "wordwrap": ["10", "5,false"],
    "xmlattr": [""], "urlize": [""],
}
LAZY = {"batch", "items", "map", "reject", "rejectattr", "reverse", "select", "selectattr", "slice", "unique"}
TESTS = """defined undefined none boolean true false integer float number string mapping iterable sequence callable odd even lower upper filter escaped""".split() + [
    "divisibleby 2", "divisibleby(3)", "in [1,2,'a']", "sameas none", "eq 1", "ne 'a'", "gt 1", "lt 2", "ge 1", "le(1)"]
METHODS = """upper() lower() strip() split() split(",") rsplit(" ",1) title() capitalize() replace("l","L") startswith("H") endswith(("d","x")) find("o") count("l") keys()|list
items()|list get("a") get("zz",5) index(1) copy() join(["x","y"]) format(1,a=2) zfill(8) center(11) ljust(8,".") isdigit() isalpha() splitlines() partition(" ") swapcase()
bit_length() encode() casefold() isupper() istitle() rindex("o") rfind("l",0,4) expandtabs(4) removeprefix("He") isidentifier() isspace() real append(1) nosuch() isnumeric()""".split()
OPERATORS = ["+", "-", "/", "//", "%", "~", "==", "!=", "<", "<=", ">", ">=", "and", "or", "in", "not in"]
FORMATS = ["{}", "{:>8}", "{:05.1f}", "{0!r}", "{:,}", "{:x}", "{:e}", "{:g}", "{:.2%}", "{:^9}", "{:+d}", "{:_}", "{:#x}", "{:<5}|", "{:.2}", "{0[0]}", "{0.a}"]
PERCENTS = ["%s", "%r|%5.2f", "%-6s|", "%05d", "%x", "%(a)s", "%e", "%g", "%%", "%c", "%+d", "%.3s"]
rng = random.Random(int(sys.argv[1]))
pick = rng.choice


def expression(depth):
    r = rng.random()
    if depth <= 0 or r < 0.2:
        return pick(NAMES) if rng.random() < 0.6 else pick(LITERALS)
    inner = expression(depth - 1)
    if r < 0.44:
        name = pick(list(FILTERS))
        args = pick(FILTERS[name])
        if name in LAZY:
            args += ")|list" if args else ""
            return f"({inner})|{name}" + (f"({args}" if args else "|list")
        return f"({inner})|{name}" + (f"({args})" if args else "")
    if r < 0.55:
        return f"({inner}) {pick(OPERATORS)} ({expression(depth - 1)})"
    if r < 0.64:
        return f"({inner}) is {pick(['', 'not '])}{pick(TESTS)}"
    if r < 0.78:
        return f"({inner}).{pick(METHODS)}"
    if r < 0.86:
        key = pick(["0", "-1", "1:", "::-1", ":2", "1:3", "'a'", "'k'", "n", "::2"])
        return f"(n, {inner})[1][{key}]"
    if r < 0.89:
        return f"({inner}).{pick(['a', 'b', 'k', 'x', 'items', '0', '__class__', '_x'])}"
    if r < 0.92:
        return f"({inner} if {expression(depth - 1)} else {expression(depth - 1)})"
    if r < 0.95:
        return f"[{inner}, {{'q': {expression(depth - 1)}}}]"
    if r < 0.975:
        return f"'{pick(PERCENTS)}' % ({inner})"
    return f"'{pick(FORMATS)}'.format({inner})"


def tag(text):
    return "{%" + pick(["", "", "-"]) + f" {text} " + pick(["", "", "-"]) + "%}"


def gap():
    return pick(["", "\n", "  ", "\n  ", " x "])


def statement(depth):
    r = rng.random()
    if depth <= 0 or r < 0.4:
        return "{{ " + expression(3) + " }}"
    if r < 0.56:
        inside = pick(["{{ loop.index }}", "{{ loop.last }}", "{{ i }}", "{{ loop.length }}{{ loop.revindex }}", "{{ loop.previtem }}{{ loop.nextitem }}",
                       "{% set q = loop.index0 %}{{ q }}", "{% continue %}", "{% break %}", "{{ loop.cycle('a','b') }}", "{{ loop.changed(i) }}"])
        other = tag("else") + "E" if rng.random() < 0.3 else ""
        return tag(f"for i in {expression(2)}{pick(['', '', ' if i', ' recursive'])}") + gap() + inside + statement(depth - 1) + gap() + other + tag("endfor") + gap()
    if r < 0.7:
        return tag(f"if {expression(2)}") + gap() + statement(depth - 1) + tag("else") + gap() + statement(depth - 1) + tag("endif") + gap()
    if r < 0.8:
        return tag(f"set {pick(['q', 'n', 's', 'q, w', 'd'])} = {expression(2)}") + gap() + "{{ q }}{{ n }}"
    if r < 0.84:
        return tag("set q") + gap() + statement(depth - 1) + tag("endset") + "[{{ q }}]"
    if r < 0.88:
        return tag("macro m(a, b=2)") + "{{ a }}{{ b }}{{ n }}" + statement(depth - 1) + tag("endmacro") + "{{ m(" + expression(1) + ") }}{{ m(1, b=" + expression(1) + ") }}"
    if r < 0.91:
        return tag(f"with q = {expression(2)}, n = 5") + "{{ q }}{{ n }}" + statement(depth - 1) + tag("endwith") + "{{ n }}"
    if r < 0.93:
        return tag(f"filter {pick(['upper', 'trim', 'length', 'indent(2)', 'tojson'])}") + gap() + statement(depth - 1) + tag("endfilter")
    if r < 0.95:
        return tag("set ns = namespace(a=1)") + tag(f"set ns.a = {expression(2)}") + "{{ ns.a }}"
    if r < 0.96:
        return tag("generation") + gap() + statement(depth - 1) + tag("endgeneration") + gap()
    if r < 0.97:
        return tag("autoescape true") + statement(depth - 1) + "{{ html }}" + tag("endautoescape")
    if r < 0.98:
        return "{#" + pick(["", "-"]) + " c " + pick(["", "-"]) + "#}" + gap() + statement(depth - 1)
    return gap() + tag("raw") + " {{ x }} " + tag("endraw") + gap()


def case(template):
    stage = "compile"
    try:
        compiled = env.from_string(template)
        stage = "render"
        return {"template": template, "text": compiled.render(**json.loads(json.dumps(CONTEXT)))}
    except Exception as e:
        return {"template": template, "stage": stage, "error": type(e).__name__}


def is_stable(row):
    """Addresses of objects change, and constants are folded before they are subscripted."""
    text = row.get("text", "").lower()
    return not re.search(r"0x[0-9a-f]{6}|object|built-in|<class", text)


print(json.dumps({"seed": int(sys.argv[1]), "jinja2": jinja2.__version__, "python": platform.python_version(), "context": CONTEXT}, ensure_ascii=False))
count = 0
while count < int(sys.argv[2]):
    row = case("".join(statement(2) + pick(["", "\n", " "]) for _ in range(pick([1, 1, 2]))))
    if is_stable(row) and (rng.random() < 0.25 or "text" in row) and len(row["template"]) < 400:
        print(json.dumps(row, ensure_ascii=False))
        count += 1
