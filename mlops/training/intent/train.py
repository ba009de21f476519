"""Trains the intent classifier: MiniLM with a classification head.

    python train.py --splits splits --model model --run run

Writes the model folder (`model.safetensors`, `config.json`, `tokenizer.json`, `labels.json`) to --model and `run.json`
(tracking run id and the weights' SHA-256) to --run. The same data and settings give the same bytes in --model on the
same kind of CPU with the same --threads; the run id lives outside it, so that later steps can be cached.

On a GPU the results repeat on the same GPU and library versions only, and differ from a CPU's in the last digits.
"""

import argparse
import json
import os
import random
import time
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # Must be set before torch starts, or cuBLAS may vary.

import torch
from transformers import BertForSequenceClassification, get_linear_schedule_with_warmup

import classifier
import tracking
from split import read_rows

WARMUP_SHARE = 0.1
WEIGHT_DECAY = 0.01
LARGEST_GRADIENT = 1.0
STEPS_PER_REPORT = 10
SPEED_UPS = {"bert.pooler": 10, "classifier": 10}
"""How much faster than the rest these learn: the classifier starts from noise, and the sentence encoder's pooler was
never used."""
PART_SIZE = 16
"""A step's texts are drawn at random, then run in parts of similar length: padding is saved, the gradient is the same."""


def make_deterministic(seed: int, threads: int) -> None:
    """Fixes all that could make two runs differ: random draws, algorithm choice, and how sums are divided."""
    random.seed(seed)
    torch.manual_seed(seed)
    torch.use_deterministic_algorithms(True)
    torch.backends.cudnn.benchmark = False
    torch.set_num_threads(threads)


def freeze(model: BertForSequenceClassification, layers: int) -> None:
    """Leaves the embeddings and the lowest `layers` layers as they were pretrained."""
    model.bert.embeddings.requires_grad_(False)
    for layer in model.bert.encoder.layer[:layers]:
        layer.requires_grad_(False)


def parameter_groups(model: BertForSequenceClassification, learning_rate: float) -> list[dict]:
    """What the optimizer changes, and how fast: see `SPEED_UPS`."""
    groups: dict[float, list[torch.nn.Parameter]] = {}
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            factor = next((factor for prefix, factor in SPEED_UPS.items() if name.startswith(prefix)), 1)
            groups.setdefault(factor, []).append(parameter)
    return [{"params": members, "lr": factor * learning_rate} for factor, members in groups.items()]


def shuffled(count: int, size: int, seed: int) -> Iterator[list[int]]:
    """Steps of `size` rows without end: every row once, in a new order each time round."""
    draw = random.Random(seed)
    waiting: list[int] = []
    while True:
        while len(waiting) < size:
            round_ = list(range(count))
            draw.shuffle(round_)
            waiting += round_
        yield waiting[:size]
        waiting = waiting[size:]


def accuracy(model: torch.nn.Module, tokens: list[list[int]], labels: list[int]) -> float:
    """Share of texts whose highest logit is at the right label."""
    model.eval()
    guesses = classifier.predict(model, tokens).argmax(dim=1)
    model.train()
    return float((guesses == torch.tensor(labels)).double().mean())


def train(
    model: BertForSequenceClassification,
    data: dict[str, tuple[list[list[int]], list[int]]],
    arguments: argparse.Namespace,
    run: tracking.Run,
) -> None:
    """Fits `model` to data["train"], reporting the loss as it goes and the validation accuracy."""
    device = next(model.parameters()).device
    tokens, labels = data["train"]
    size = min(arguments.batch_size, len(tokens))
    steps = arguments.epochs * -(-len(tokens) // size)
    optimizer = torch.optim.AdamW(parameter_groups(model, arguments.learning_rate), weight_decay=WEIGHT_DECAY)
    schedule = get_linear_schedule_with_warmup(optimizer, round(WARMUP_SHARE * steps), steps)
    loss_of = torch.nn.CrossEntropyLoss(reduction="none", label_smoothing=arguments.label_smoothing)
    batches = shuffled(len(tokens), size, arguments.seed)
    started = time.monotonic()
    model.train()
    for step in range(1, steps + 1):
        total = 0.0
        for part in classifier.in_parts(next(batches), tokens, labels, PART_SIZE):
            output = model(input_ids=part.ids.to(device), attention_mask=part.mask.to(device))
            losses = loss_of(output.logits, part.labels.to(device))
            (losses.sum() / size).backward()
            total += losses.sum().item()
        torch.nn.utils.clip_grad_norm_(model.parameters(), LARGEST_GRADIENT)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        if step % STEPS_PER_REPORT == 0 or step == steps:
            loss = total / size
            run.metrics({"train_loss": loss, "learning_rate": schedule.get_last_lr()[0]}, step)
            print(f"step {step}/{steps} loss {loss:.4f} {time.monotonic() - started:.0f} s", flush=True)
        if step * arguments.epochs % steps == 0 and data["validation"][0]:
            score = accuracy(model, *data["validation"])
            run.metrics({"validation_accuracy": score}, step)
            print(f"step {step}/{steps} validation accuracy {score:.4f}", flush=True)


def save(model: BertForSequenceClassification, labels: list[str], folder: Path) -> str:
    """Writes the model folder and returns the SHA-256 of its weights."""
    model.cpu().eval().save_pretrained(folder)
    classifier.load_tokenizer(classifier.pretrained_folder()).save(str(folder / "tokenizer.json"))
    (folder / "labels.json").write_text(json.dumps(labels, indent=2) + "\n", encoding="utf-8")
    return classifier.file_digest(folder / "model.safetensors")


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--splits", type=Path, required=True, help="folder that split.py wrote")
    parser.add_argument("--model", type=Path, required=True, help="model folder to write")
    parser.add_argument("--run", type=Path, required=True, help="folder for run.json")
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--learning-rate", type=float, default=2.5e-4)
    parser.add_argument("--dropout", type=float, default=0.0, help="0 learns fastest in few epochs")
    parser.add_argument("--label-smoothing", type=float, default=0.0)
    parser.add_argument("--frozen-layers", type=int, default=0, help="of 6, from the bottom; embeddings always are")
    parser.add_argument("--seed", type=int, default=17)
    parser.add_argument("--threads", type=int, default=2, help="fixed, because it changes the order of sums")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    tracking.add_argument(parser)
    return parser.parse_args()


def main() -> None:
    arguments = parse_arguments()
    make_deterministic(arguments.seed, arguments.threads)
    labels = classifier.read_labels(arguments.splits)
    positions = {label: index for index, label in enumerate(labels)}
    tokenizer = classifier.load_tokenizer(classifier.pretrained_folder())
    data = {}
    for name in ("train", "validation"):
        rows = read_rows(arguments.splits / f"{name}.jsonl")
        tokens = [encoding.ids for encoding in tokenizer.encode_batch([row["text"] for row in rows])]
        data[name] = (tokens, [positions[row["intent"]] for row in rows])

    with tracking.tracked(arguments, name=f"train seed {arguments.seed}") as run:
        settings = {"epochs", "batch_size", "learning_rate", "dropout", "label_smoothing", "frozen_layers", "seed", "device"}
        run.params({name: value for name, value in vars(arguments).items() if name in settings})
        run.params({"train_rows": len(data["train"][0]), "labels": len(labels), "pretrained": "all-MiniLM-L6-v2"})
        model = classifier.new_model(labels, arguments.dropout).to(arguments.device)
        freeze(model, arguments.frozen_layers)
        train(model, data, arguments, run)
        arguments.model.mkdir(parents=True, exist_ok=True)
        digest = save(model, labels, arguments.model)
        run.tags({"weights_sha256": digest})
        run.folder(arguments.model, "model")

    arguments.run.mkdir(parents=True, exist_ok=True)
    facts = {"run_id": run.run_id, "experiment_id": run.experiment_id, "weights_sha256": digest}
    (arguments.run / "run.json").write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
    print(f"weights sha256 {digest}")


if __name__ == "__main__":
    main()
