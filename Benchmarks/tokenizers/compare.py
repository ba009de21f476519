"""Compares this platform's tokenizers with Hugging Face's on seeded strings, id for id, and times both on one thread.

    compare.py --program tokenizer-benchmark --folder FOLDER [--count 1000000] [--seed 1] [--only e5,smollm2]
"""

import argparse
import json
import os
import struct
import subprocess
import sys
import time
from pathlib import Path

os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ["RAYON_NUM_THREADS"] = "1"

import samples  # noqa: E402
import tokenizer_files  # noqa: E402
from tokenizers import Tokenizer  # noqa: E402

CHUNK = 50_000
# WordPiece takes at most 4,096 ids a text.
BOUND = 4096


def ours(program, path, texts, folder, rounds):
    file, out = folder / "texts.bin", folder / "ids.bin"
    with open(file, "wb") as stream:
        for text in texts:
            raw = text.encode()
            stream.write(struct.pack("<I", len(raw)) + raw)
    done = subprocess.run([program, str(path), str(file), str(out), str(BOUND), str(rounds)],
                          capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{path}: {done.stderr}")
    numbers = memoryview(out.read_bytes()).cast("i")
    ids, index = [], 0
    while index < len(numbers):
        ids.append(numbers[index + 1:index + 1 + numbers[index]])
        index += 1 + numbers[index]
    return ids, json.loads(done.stderr.splitlines()[-1])


def compare(name, path, options, folder):
    judge = Tokenizer.from_file(str(path))
    judge.no_padding()
    judge.enable_truncation(BOUND)
    different, compared, seconds, theirs, size = 0, 0, 0.0, 0.0, 0
    pending = []

    def check():
        nonlocal different, compared, seconds, theirs, size
        ids, took = ours(options.program, path, pending, folder, options.rounds)
        best = float("inf")
        for _ in range(options.rounds):
            start = time.perf_counter()
            expected = judge.encode_batch_fast(pending)
            best = min(best, time.perf_counter() - start)
        seconds += took["seconds"]
        theirs += best
        size += sum(len(text.encode()) for text in pending)
        for text, own, wanted in zip(pending, ids, expected, strict=True):
            if list(own) != wanted.ids:
                different += 1
                if different <= options.show:
                    print(f"{name}: {ascii(text)[:300]}\n  theirs {wanted.ids[:40]}\n  ours   {list(own)[:40]}")
        compared += len(pending)
        pending.clear()

    for text in samples.strings(options.count, options.seed):
        pending.append(text)
        if len(pending) == CHUNK:
            check()
    if pending:
        check()
    return {"strings": compared, "different": different, "mb_per_second": round(size / seconds / 1e6, 2),
            "huggingface_mb_per_second": round(size / theirs / 1e6, 2), "times_huggingface": round(theirs / seconds, 2)}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True)
    parser.add_argument("--folder", required=True, type=Path)
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--show", type=int, default=5)
    parser.add_argument("--only", default="")
    parser.add_argument("--report", type=Path)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    paths = tokenizer_files.real(options.folder) | tokenizer_files.trained(options.folder)
    results = {}
    for name, path in paths.items():
        if options.only and name not in options.only.split(","):
            continue
        results[name] = compare(name, path, options, options.folder)
        print(f"{name:12} {results[name]}", flush=True)
    if options.report:
        options.report.write_text(json.dumps(results, indent=2) + "\n")
    sys.exit(1 if any(result["different"] for result in results.values()) else 0)


if __name__ == "__main__":
    main()
