"""Collects the utterances of a smart-home assistant: one JSONL shard a language, plus `dataset.json`.

    python collect.py --languages en,fr,ar,pt,sw --out corpus

Rows are {"text", "intent", "language"}, sorted. Two runs with the same arguments write identical bytes. A language
with few templates gives few rows: nothing is repeated or translated to make it look larger, and `dataset.json`
says how many rows each language and intent really has.
"""

import argparse
import json
from collections import Counter, defaultdict
from pathlib import Path

import grammar


def collect(languages: list[str], per_intent: int, min_share: float, seed: int) -> tuple[dict[str, list[dict]], int]:
    """The rows of each language, and how many were left out because their text fits more than one intent."""
    kept = grammar.common_intents(min_share)
    rows: dict[str, list[dict]] = {}
    for language in languages:
        source = grammar.Grammar(language)
        rows[language] = [
            {"text": text, "intent": intent, "language": language}
            for intent in kept
            for text in source.texts(intent, held_out=False, seed=seed, limit=per_intent)
        ]
    meanings: dict[str, set[str]] = defaultdict(set)
    for row in (row for shard in rows.values() for row in shard):
        meanings[grammar.text_key(row["text"])].add(row["intent"])
    clear = {
        language: [row for row in shard if len(meanings[grammar.text_key(row["text"])]) == 1]
        for language, shard in rows.items()
    }
    dropped = sum(len(rows[language]) - len(clear[language]) for language in languages)
    return clear, dropped


def describe(rows: dict[str, list[dict]], dropped: int, arguments: argparse.Namespace) -> dict:
    """What `dataset.json` says about the data set."""
    by_intent = Counter(row["intent"] for shard in rows.values() for row in shard)
    return {
        "name": grammar.PACKAGE,
        "licence": "Apache-2.0",
        "source": {"package": grammar.PACKAGE, "version": grammar.package_version(), "registry": "PyPI"},
        "schema": {"text": "string", "intent": "string", "language": "string"},
        "tags": {"task": "text-classification", "languages": sorted(rows), "intents": sorted(by_intent)},
        "parameters": {
            "per_intent": arguments.per_intent,
            "min_share": arguments.min_share,
            "seed": arguments.seed,
        },
        "shards": [{"file": f"{language}.jsonl", "rows": len(rows[language])} for language in sorted(rows)],
        "counts": {
            "rows": sum(by_intent.values()),
            "by_intent": dict(sorted(by_intent.items())),
            "ambiguous_rows_left_out": dropped,
        },
        "languages_without_own_slot_values": sorted(
            language for language in rows if not grammar.Grammar(language).has_own_fillers
        ),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--languages", default="en,fr,ar,pt,sw", help="comma-separated language codes")
    parser.add_argument("--per-intent", type=int, default=60, help="most rows per language and intent")
    parser.add_argument("--min-share", type=float, default=0.6, help="keep intents that this share of languages has")
    parser.add_argument("--seed", type=int, default=17)
    parser.add_argument("--out", type=Path, required=True, help="folder to write")
    arguments = parser.parse_args()
    languages = sorted({language for language in arguments.languages.split(",") if language})
    if not languages or arguments.per_intent < 1:
        parser.error("--languages must name a language and --per-intent must be at least 1")

    rows, dropped = collect(languages, arguments.per_intent, arguments.min_share, arguments.seed)
    arguments.out.mkdir(parents=True, exist_ok=True)
    for language, shard in rows.items():
        shard.sort(key=lambda row: (row["intent"], row["text"]))
        lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in shard)
        (arguments.out / f"{language}.jsonl").write_text("".join(lines), encoding="utf-8")
        print(f"{language}: {len(shard)} rows, {len({row['intent'] for row in shard})} intents", flush=True)
    description = json.dumps(describe(rows, dropped, arguments), ensure_ascii=False, indent=2)
    (arguments.out / "dataset.json").write_text(description + "\n", encoding="utf-8")
    print(f"{sum(map(len, rows.values()))} rows; {dropped} left out because their text fits two intents")


if __name__ == "__main__":
    main()
