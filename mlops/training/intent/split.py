"""Splits a corpus into train, validation, test and reference, the same way every time.

    python split.py --corpus corpus --out splits

Each (language, intent) pair is divided by the same shares, so no split lacks a language that has enough rows. Rows
whose texts differ only in case, punctuation or spacing always stay together: nothing in `test` or `reference` was
seen in training under another spelling. `reference` is what monitoring compares live requests with; the model never
trains on it, so its scores there are as honest as on live requests. Also writes `labels.json`, the sorted labels.
"""

import argparse
import json
import random
from collections import defaultdict
from pathlib import Path

from grammar import text_key

SHARES = {"test": 0.12, "reference": 0.12, "validation": 0.06}
"""The rest trains. A group of texts too small for a share gives that split nothing."""


def read_rows(path: Path) -> list[dict]:
    """The rows of a JSONL file."""
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def read_corpus(folder: Path) -> list[dict]:
    """All rows of all shards, in file order. Raises FileNotFoundError when the folder has no shard."""
    shards = sorted(folder.glob("*.jsonl"))
    if not shards:
        raise FileNotFoundError(f"{folder} has no .jsonl shard")
    return [row for shard in shards for row in read_rows(shard)]


def split(rows: list[dict], seed: int) -> dict[str, list[dict]]:
    """Every row in exactly one of the four splits; each split is shuffled."""
    groups: dict[str, list[dict]] = defaultdict(list)
    for row in rows:
        groups[text_key(row["text"])].append(row)
    cells: dict[tuple[str, str], list[list[dict]]] = defaultdict(list)
    for key in sorted(groups):
        first = groups[key][0]
        cells[first["language"], first["intent"]].append(groups[key])

    splits: dict[str, list[dict]] = {"train": [], "validation": [], "test": [], "reference": []}
    for (language, intent), members in sorted(cells.items()):
        random.Random(f"{seed}/{language}/{intent}").shuffle(members)
        start = 0
        for name, share in SHARES.items():
            count = round(share * len(members))
            splits[name] += [row for group in members[start : start + count] for row in group]
            start += count
        splits["train"] += [row for group in members[start:] for row in group]
    for name, members in splits.items():
        random.Random(f"{seed}/{name}").shuffle(members)
    return splits


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpus", type=Path, required=True, help="folder of <language>.jsonl shards")
    parser.add_argument("--seed", type=int, default=17)
    parser.add_argument("--out", type=Path, required=True, help="folder to write")
    arguments = parser.parse_args()

    rows = read_corpus(arguments.corpus)
    arguments.out.mkdir(parents=True, exist_ok=True)
    for name, members in split(rows, arguments.seed).items():
        lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in members)
        (arguments.out / f"{name}.jsonl").write_text("".join(lines), encoding="utf-8")
        print(f"{name}: {len(members)} rows", flush=True)
    labels = sorted({row["intent"] for row in rows})
    (arguments.out / "labels.json").write_text(json.dumps(labels, indent=2) + "\n", encoding="utf-8")
    print(f"{len(labels)} labels")


if __name__ == "__main__":
    main()
