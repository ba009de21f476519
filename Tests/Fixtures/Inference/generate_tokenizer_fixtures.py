"""Writes Tests/Fixtures/Inference/tokenizers: small tokenizer.json files of every shape, and what Hugging Face's package makes
of texts and of pairs with them.

    python Tests/Fixtures/Inference/generate_tokenizer_fixtures.py
"""

import json
import random
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
sys.path.insert(0, str(ROOT / "Benchmarks" / "tokenizers"))
import samples  # noqa: E402
import tokenizer_files  # noqa: E402
from tokenizers import Tokenizer  # noqa: E402

BOUND = 48
tokenizer_files.SIZES = {"bytes": 420, "llama2": 700, "unigram": 520, "wordpiece": 500}

folder = ROOT / "Tests" / "Fixtures" / "Inference" / "tokenizers"
folder.mkdir(exist_ok=True)
rows = []
for make in (tokenizer_files.roberta, tokenizer_files.llama3, tokenizer_files.llama2, tokenizer_files.t5,
             tokenizer_files.clip, tokenizer_files.wordpiece):
    made = make()
    made.save(str(folder / f"{make.__name__}.json"), pretty=False)
    made = Tokenizer.from_file(str(folder / f"{make.__name__}.json"))
    made.enable_truncation(BOUND)
    chosen = random.Random(3)
    texts = samples.SENTENCES + [samples.one(chosen) for _ in range(80)]
    for text in texts:
        second = chosen.choice(texts)
        own, pair = made.encode(text), made.encode(text, second)
        rows.append({
            "tokenizer": make.__name__, "text": text, "ids": own.ids, "second": second, "pair_ids": pair.ids,
            "pair_types": pair.type_ids, "decoded": made.decode(own.ids, skip_special_tokens=False),
            "decoded_plain": made.decode(own.ids, skip_special_tokens=True),
        })
(folder / "cases.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
