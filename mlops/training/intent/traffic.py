"""Makes requests to play against a served model: texts that no training run has seen.

    python traffic.py --languages en,fr,ar,pt,sw --count 4000 --out known.jsonl
    python traffic.py --languages de --count 1500 --out shifted.jsonl

The texts come from the fifth that `grammar.is_held_out` keeps away from `collect.py`. Languages and intents appear as
often as in a corpus collected with the same --per-intent, and texts repeat as they do in real traffic, so known
languages give traffic that looks like the training data without being it. A (language, intent) pair whose few
possible texts all fell to training is left out and named.
"""

import argparse
import json
import random
from pathlib import Path

import grammar


def requests(languages: list[str], per_intent: int, min_share: float, seed: int, count: int) -> list[dict]:
    """`count` rows, drawn at random. Raises ValueError when no language has a single text to offer."""
    texts: dict[tuple[str, str], list[str]] = {}
    weights: dict[tuple[str, str], int] = {}
    for language in sorted(languages):
        source = grammar.Grammar(language)
        for intent in grammar.common_intents(min_share):
            cell = (language, intent)
            weight = sum(1 for _ in source.texts(intent, held_out=False, seed=seed, limit=per_intent))
            texts[cell] = sorted(source.texts(intent, held_out=True, seed=seed, limit=per_intent))
            if texts[cell]:
                weights[cell] = weight
            elif weight:
                print(f"left out {language} {intent}: all of its few texts are training texts")
    if not weights:
        raise ValueError(f"no texts for {', '.join(languages)}")
    draw = random.Random(f"{seed}/traffic")
    cells = draw.choices(list(weights), weights=list(weights.values()), k=count)
    return [{"text": draw.choice(texts[cell]), "intent": cell[1], "language": cell[0]} for cell in cells]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--languages", required=True, help="comma-separated language codes")
    parser.add_argument("--count", type=int, default=1000, help="rows to write")
    parser.add_argument("--per-intent", type=int, default=60, help="as given to collect.py")
    parser.add_argument("--min-share", type=float, default=0.6, help="as given to collect.py")
    parser.add_argument("--seed", type=int, default=17)
    parser.add_argument("--out", type=Path, required=True, help="JSONL file to write")
    arguments = parser.parse_args()
    languages = sorted({language for language in arguments.languages.split(",") if language})
    if not languages or arguments.count < 1:
        parser.error("--languages must name a language and --count must be at least 1")

    rows = requests(languages, arguments.per_intent, arguments.min_share, arguments.seed, arguments.count)
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    with arguments.out.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    print(f"{len(rows)} requests, {len({row['text'] for row in rows})} different texts")


if __name__ == "__main__":
    main()
