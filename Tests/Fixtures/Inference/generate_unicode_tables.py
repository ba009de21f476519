"""Writes Sources/Inference/Tokenizer/Unicode/UnicodeTables.swift: what the Hugging Face `tokenizers` package takes each
Unicode scalar for, found by asking it. Run it when that package changes its tables:

    python Tests/Fixtures/Inference/generate_unicode_tables.py E5_TOKENIZER_JSON > Sources/.../UnicodeTables.swift

E5_TOKENIZER_JSON is any tokenizer.json with the `Precompiled` normaliser of XLM-RoBERTa, which shows the extended
grapheme clusters (a cluster of fewer than six bytes that begins with `ª` becomes `a`).
"""

import json
import sys
import unicodedata

import tokenizers
from tokenizers import Regex, Tokenizer, normalizers, pre_tokenizers

from table_text import member, pairs, ranges

SCALARS = [code for code in range(0x110000) if not 0xD800 <= code < 0xE000]
HANGUL = range(0xAC00, 0xD7A4)
nfd, nfc, nfkd = (getattr(normalizers, name)().normalize_str for name in ("NFD", "NFC", "NFKD"))
strip = normalizers.StripAccents().normalize_str


def matching(pattern):
    split = pre_tokenizers.Split(Regex(pattern), "isolated").pre_tokenize_str
    return [code for code in SCALARS if len(split("\x01" + chr(code))) == 2]


def numeric():
    split = pre_tokenizers.Digits(individual_digits=True).pre_tokenize_str
    return [code for code in SCALARS if len(split("a" + chr(code))) == 2]


def words():
    split = pre_tokenizers.Whitespace().pre_tokenize_str
    return [code for code in SCALARS if len(split("a" + chr(code))) == 1 and split("a" + chr(code))[0][0] != "a"]


def whitespace():
    split = pre_tokenizers.WhitespaceSplit().pre_tokenize_str
    return [code for code in SCALARS if len(split("a" + chr(code) + "b")) == 2]


def clusters():
    file = json.load(open(sys.argv[1]))
    file["normalizer"] = next(n for n in file["normalizer"]["normalizers"] if n["type"] == "Precompiled")
    normalize = Tokenizer.from_str(json.dumps(file)).normalizer.normalize_str
    extends, prepends = [], []
    for code in SCALARS:
        c = chr(code)
        if len(c.encode()) <= 3 and normalize("ª" + c) == "a" and normalize(c) != "":
            extends.append(code)
        elif len(c.encode()) == 2 and normalize(c + "ª\u0300").endswith("\u0300"):
            prepends.append(code)
    # A base of one byte and a scalar of four is the only other cluster short enough.
    extends += [
        code
        for code in SCALARS
        if code > 0xFFFF and (unicodedata.category(chr(code)) in ("Mn", "Me", "Mc") or 0x1F3FB <= code <= 0x1F3FF
                              or 0xE0020 <= code <= 0xE007F)
    ]
    return extends, prepends


def combining(character):
    """The combining class as the package sees it: 0 when it does not move before U+0345 (class 240)."""
    moves = nfd("a\u0345" + character)[-1] == "\u0345" and character != "\u0345"
    return unicodedata.combining(character) if moves or character == "\u0345" else 0


canonical = {c: nfd(chr(c)) for c in SCALARS if c not in HANGUL and nfd(chr(c)) != chr(c)}
compatible = {c: nfkd(chr(c)) for c in SCALARS if c not in HANGUL and nfkd(chr(c)) != nfd(chr(c))}
composed = {}
for code in canonical:
    parts = unicodedata.decomposition(chr(code)).split()
    if len(parts) == 2 and nfc(chr(code)) == chr(code):
        composed[code] = "".join(chr(int(part, 16)) for part in parts)
extends, prepends = clusters()
print(
    f"""// Written by Tests/Fixtures/Inference/generate_unicode_tables.py from tokenizers {tokenizers.__version__}; do not edit.

/// What the normalisers and pre-tokenisers of Hugging Face's package take each Unicode scalar for; why it is frozen here
/// and how it is written stands at `BertTables`.
enum UnicodeTables {{"""
)
member("letters", "`\\p{L}`.", ranges(matching(r"\p{L}")))
member("numbers", "`\\p{N}`.", ranges(matching(r"\p{N}")))
member("spaces", "`\\s`.", ranges(matching(r"\s")))
member("numeric", "What `Digits` splits at.", ranges(numeric()))
member("whitespace", "What `WhitespaceSplit` removes.", ranges(whitespace()))
member("words", "`\\w` of `Whitespace`.", ranges(words()))
member("extends", "Scalars that belong to the cluster of the one before them.", ranges(extends))
member("prepends", "Scalars that belong to the cluster of the one after them.", ranges(prepends))
member("marks", "Removed by `StripAccents`.", ranges([c for c in SCALARS if strip(chr(c)) == ""]))
member("classes", "Canonical combining classes.",
       [f"{c:x}>{v:x}" for c in SCALARS for v in [combining(chr(c))] if v])
member("canonical", "Full canonical decompositions, Hangul apart.", pairs(canonical))
member("compatible", "Full compatibility decompositions where they differ.", pairs(compatible))
member("composed", "What composes: the result and its two parts.", pairs(composed))
print("}")
