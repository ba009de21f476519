"""Turns the sentence templates of `home-assistant-intents` into texts, the same ones every time.

A template such as ``turn on [the] {area} light`` stands for many sentences. Listing them all takes too long and
listing the first ones shows one template only, so each text is one seeded random walk through a parsed template,
and the walks visit all templates of an intent in turn. Home Assistant fills slots such as ``{area}`` or ``{name}``
from the user's home; here they come from ``fillers.json``.

A fifth of all possible texts is set aside by a hash of the text (`is_held_out`). `collect.py` never emits those and
`traffic.py` emits only those, so requests played against a model can never have been in its data, whatever the caps.
"""

import hashlib
import json
import random
import unicodedata
from collections.abc import Iterator
from functools import cache
from importlib import metadata, resources
from pathlib import Path

from hassil.expression import (
    Alternative,
    Expression,
    ListReference,
    Permutation,
    RuleReference,
    Sentence,
    Sequence,
    TextChunk,
)
from hassil.intents import IntentData, Intents, RangeSlotList, SlotList, TextSlotList
from hassil.numbers import get_rbnf_engine
from hassil.parse_expression import parse_sentence
from hassil.util import normalize_whitespace

PACKAGE = "home-assistant-intents"
FALLBACK_LANGUAGE = "en"
HELD_OUT_SHARE = 0.2
POLITE_SHARE = 0.08
"""Share of texts that begin with one of the language's polite phrases ("please", "s'il te plaît")."""
NUMBER_WORD_SHARE = 0.25
"""Share of numbers written as words, in languages that have number words."""
WALKS_PER_TEXT = 40
"""Gives up on an intent after this many walks for each text that was asked for: small grammars run dry."""


def package_version() -> str:
    """The installed version of the template package."""
    return metadata.version(PACKAGE)


def available_languages() -> list[str]:
    """Every language that the package has templates for, sorted."""
    folder = resources.files("home_assistant_intents") / "data"
    return sorted(entry.name.removesuffix(".json") for entry in folder.iterdir() if entry.name.endswith(".json"))


def load_language(language: str) -> dict:
    """The package's grammar of one language, as plain JSON. Raises ValueError for a language that it lacks."""
    path = resources.files("home_assistant_intents") / "data" / f"{language}.json"
    if not path.is_file():
        raise ValueError(f"{PACKAGE} has no language {language!r}; it has: {', '.join(available_languages())}")
    return json.loads(path.read_text(encoding="utf-8"))


def common_intents(min_share: float) -> list[str]:
    """The intents that at least `min_share` of the package's languages define, sorted.

    Counted over the whole package, not over the chosen languages, so that adding a language to a training run
    does not change the label set of the model.
    """
    languages = available_languages()
    counts: dict[str, int] = {}
    for language in languages:
        for intent in load_language(language)["intents"]:
            counts[intent] = counts.get(intent, 0) + 1
    return sorted(intent for intent, count in counts.items() if count >= min_share * len(languages))


def text_key(text: str) -> str:
    """What two texts share when they are the same request: NFC, case, punctuation and spacing aside."""
    folded = unicodedata.normalize("NFC", text).casefold()
    letters = "".join(c if unicodedata.category(c)[0] in "LMN" else " " for c in folded)
    return " ".join(letters.split())


def is_held_out(text: str) -> bool:
    """Whether `text` belongs to the fifth that no training run may see."""
    first = hashlib.sha256(text_key(text).encode()).digest()[:4]
    return int.from_bytes(first, "big") < HELD_OUT_SHARE * 2**32


class Grammar:
    """The templates of one language, ready to be walked."""

    def __init__(self, language: str) -> None:
        source = load_language(language)
        self.language = language
        self.intents = Intents.from_dict(source)
        fillers = json.loads(Path(__file__).with_name("fillers.json").read_text(encoding="utf-8"))
        self.has_own_fillers = language in fillers
        self.fillers = {**fillers[FALLBACK_LANGUAGE], **fillers.get(language, {})}
        self.polite = [parse_sentence(phrase) for phrase in sorted(source.get("skip_words", []))]

    def texts(self, intent: str, held_out: bool, seed: int, limit: int) -> Iterator[str]:
        """Yields up to `limit` different texts for `intent`, fewer when its templates have no more to give.

        The same arguments give the same texts in the same order, and a larger limit only adds to the end.
        """
        templates = self._templates(intent)
        walk = random.Random(f"{seed}/{self.language}/{intent}/{held_out}")
        walk.shuffle(templates)
        seen: set[str] = set()
        for step in range(limit * WALKS_PER_TEXT if templates else 0):
            block, sentence = templates[step % len(templates)]
            text = self._text(sentence, block, walk)
            key = text_key(text)
            if key and key not in seen and is_held_out(text) == held_out:
                seen.add(key)
                yield text
                if len(seen) == limit:
                    return

    def _templates(self, intent: str) -> list[tuple[IntentData, Sentence]]:
        blocks = self.intents.intents[intent].data if intent in self.intents.intents else []
        templates = [(block, sentence) for block in blocks for sentence in block.sentences]
        return sorted(templates, key=lambda pair: (pair[1].text or "", sorted(pair[0].domains)))

    def _text(self, sentence: Sentence, block: IntentData, walk: random.Random) -> str:
        text = self._expand(sentence.expression, block, walk)
        if self.polite and walk.random() < POLITE_SHARE:
            text = self._expand(walk.choice(self.polite).expression, block, walk) + " " + text
        return unicodedata.normalize("NFC", normalize_whitespace(text).strip())

    def _expand(self, part: Expression, block: IntentData, walk: random.Random) -> str:
        """One random sentence that `part` allows."""
        if isinstance(part, TextChunk):
            return part.original_text
        if isinstance(part, Alternative):
            return self._expand(walk.choice(part.items), block, walk)
        if isinstance(part, Permutation):
            return "".join(self._expand(item, block, walk) for item in walk.sample(part.items, len(part.items)))
        if isinstance(part, Sequence):
            return "".join(self._expand(item, block, walk) for item in part.items)
        if isinstance(part, RuleReference):
            rule = block.expansion_rules.get(part.rule_name) or self.intents.expansion_rules[part.rule_name]
            return self._expand(rule.expression, block, walk)
        if isinstance(part, ListReference):
            return self._slot(part, block, walk)
        raise ValueError(f"cannot expand {part!r}")

    def _slot(self, reference: ListReference, block: IntentData, walk: random.Random) -> str:
        if inline := reference.get_inline_range():
            return str(walk.randrange(inline[0], inline[1] + 1, inline[2]))
        slots: SlotList | None = block.slot_lists.get(reference.list_name)
        slots = slots or self.intents.slot_lists.get(reference.list_name)
        if isinstance(slots, TextSlotList):
            return self._expand(walk.choice(slots.values).text_in, block, walk)
        if isinstance(slots, RangeSlotList):
            return self._number(slots, walk)
        return walk.choice(self._values(reference.list_name, block))

    def _values(self, slot: str, block: IntentData) -> list[str]:
        """What a slot that only the user's home knows may hold; a `{name}` must suit the template's domain."""
        if slot != "name":
            return self.fillers[slot]
        kinds = [kind for kind in sorted(block.domains) if kind in self.fillers]
        return [value for kind in kinds or ["light", "switch"] for value in self.fillers[kind]]

    def _number(self, numbers: RangeSlotList, walk: random.Random) -> str:
        value = walk.randrange(numbers.start, numbers.stop + 1, numbers.step)
        if numbers.words and walk.random() < NUMBER_WORD_SHARE:
            words = _number_words(numbers.words_language or self.language, value)
            return walk.choice(words) if words else str(value)
        return str(value)


@cache
def _number_words(language: str, value: int) -> list[str]:
    """Every way of writing `value` in words, sorted; none where the number engine lacks the language."""
    try:
        engine = get_rbnf_engine(language)
    except ValueError:
        return []
    return sorted(set(engine.format_number(value).text_by_ruleset.values()))
