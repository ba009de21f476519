"""Writes Sources/Inference/Tokenizer/BertTables.swift: what BertNormalizer and BertPreTokenizer of the Hugging Face
`tokenizers` package do with every Unicode scalar, found by asking them. Run it when that package changes its tables:

    python Tests/Fixtures/Inference/generate_bert_tables.py > Sources/Inference/Tokenizer/BertTables.swift
"""

import unicodedata

import tokenizers
from tokenizers.normalizers import NFD, BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer

from table_text import member, pairs, ranges

OFF = dict(clean_text=False, handle_chinese_chars=False, strip_accents=False, lowercase=False)
HANGUL = range(0xAC00, 0xD7A4)


def normalizer(option):
    return BertNormalizer(**{**OFF, option: True}).normalize_str


clean, han, strip, lower = map(normalizer, ("clean_text", "handle_chinese_chars", "strip_accents", "lowercase"))
words = BertPreTokenizer().pre_tokenize_str
decompose = NFD().normalize_str


def combining(character):
    """The combining class as the package sees it: 0 when it does not move before U+0345 (class 240)."""
    moves = decompose("a\u0345" + character)[-1] == "\u0345" and character != "\u0345"
    value = unicodedata.combining(character)
    assert not moves or value, f"U+{ord(character):04X} is newer than this Python's Unicode data"
    return value if moves else 0


def observe():
    found = {key: [] for key in ("dropped", "spaces", "breaks", "isolated", "han", "removed", "barriers")}
    maps = {"stripped": {}, "lowered": {}, "classes": {}}
    for code in range(0x110000):
        if 0xD800 <= code < 0xE000:
            continue
        character = chr(code)
        inner = clean("a" + character + "b")[1:-1]
        if inner == "":
            found["dropped"].append(code)
        elif inner == " " or character == " ":
            found["spaces"].append(code)
        else:
            assert inner == character
        if han(character) != character:
            found["han"].append(code)
        pieces = [piece for piece, _ in words("a" + character + "b")]
        if pieces == ["a", "b"]:
            found["breaks"].append(code)
        elif pieces == ["a", character, "b"]:
            found["isolated"].append(code)
        else:
            assert pieces == ["a" + character + "b"]
        plain = strip(character)
        if plain == "":
            found["removed"].append(code)
            if any(combining(part) == 0 and part != "\u0345" for part in decompose(character)):
                found["barriers"].append(code)
        elif code in HANGUL:
            assert plain == decompose(character)
        elif plain != character:
            maps["stripped"][code] = plain
        elif combining(character):
            maps["classes"][code] = combining(character)
        small = lower(character)
        if small != character:
            maps["lowered"][code] = small
    return found, maps


def runs(mapping):
    """`first-last/step>target` for scalars that move by the same distance."""
    out, codes = [], [code for code, text in mapping.items() if len(text) == 1]
    index = 0
    while index < len(codes):
        first, shift = codes[index], ord(mapping[codes[index]]) - codes[index]
        best = index
        for step in (1, 2):
            last = index
            while (
                last + 1 < len(codes)
                and codes[last + 1] - codes[last] == step
                and ord(mapping[codes[last + 1]]) - codes[last + 1] == shift
            ):
                last += 1
            if last > best:
                best, width = last, step
        if best > index:
            out.append(f"{first:x}-{codes[best]:x}/{width}>{first + shift:x}")
        else:
            out.append(f"{first:x}>{first + shift:x}")
        index = best + 1
    return out + pairs({code: text for code, text in mapping.items() if len(text) > 1})


found, maps = observe()
print(
    f"""// Written by Tests/Fixtures/Inference/generate_bert_tables.py from tokenizers {tokenizers.__version__}; do not edit.

/// What BERT's normaliser and pre-tokeniser do with each Unicode scalar. The tables are frozen here, rather than asked of
/// the standard library, since the reference mixes three Unicode versions and a toolchain's update must not move a token.
/// Numbers are hexadecimal; `a-b` is a range, `a>b` a mapping, `a-b/n>c` a run of mappings with stride n.
enum BertTables {{"""
)
member("dropped", "Removed by clean_text.", ranges(found["dropped"]))
member("spaces", "Made a space by clean_text.", ranges(found["spaces"]))
member("breaks", "Split words, and vanish.", ranges(found["breaks"]))
member("isolated", "Punctuation: a word of its own.", ranges(found["isolated"]))
member("han", "Set apart by handle_chinese_chars.", ranges(found["han"]))
member("removed", "Removed by strip_accents.", ranges(found["removed"]))
member("barriers", "Those of `removed` with combining class 0, which end a run of marks.", ranges(found["barriers"]))
member("classes", "Marks that strip_accents keeps, with their combining class.", [f"{c:x}>{v:x}" for c, v in maps["classes"].items()])
member("stripped", "What strip_accents leaves of a scalar, Hangul syllables apart.", pairs(maps["stripped"]))
member("lowered", "Lower case.", runs(maps["lowered"]))
print("}")
