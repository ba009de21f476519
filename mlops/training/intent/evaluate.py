"""Measures a trained model on the test split.

    python evaluate.py --splits splits --model model --run run --out evaluation

Writes `metrics.json` and `predictions.jsonl` (one row a test row, in order, with the guess, its score and the
runner-up's), and logs the figures to the run that trained the model.
"""

import argparse
import json
from collections import Counter, defaultdict
from pathlib import Path

import torch

import classifier
import tracking
from split import read_rows

CONFUSIONS_SHOWN = 10


def macro_f1(expected: list[str], guessed: list[str]) -> float:
    """The mean over all expected labels of each label's F1."""
    right = Counter(label for label, guess in zip(expected, guessed) if label == guess)
    wanted, given = Counter(expected), Counter(guessed)
    return sum(2 * right[label] / (wanted[label] + given[label]) for label in wanted) / len(wanted)


def measure(rows: list[dict], guessed: list[str]) -> dict:
    """Accuracy overall and per language, macro F1, and the most frequent confusions."""
    expected = [row["intent"] for row in rows]
    by_language: dict[str, list[bool]] = defaultdict(list)
    for row, guess in zip(rows, guessed):
        by_language[row["language"]].append(row["intent"] == guess)
    confusions = Counter(pair for pair in zip(expected, guessed) if pair[0] != pair[1])
    most = sorted(confusions.items(), key=lambda item: (-item[1], item[0]))[:CONFUSIONS_SHOWN]
    return {
        "accuracy": sum(label == guess for label, guess in zip(expected, guessed)) / len(rows),
        "accuracy_by_language": {name: sum(hits) / len(hits) for name, hits in sorted(by_language.items())},
        "count_by_language": {name: len(hits) for name, hits in sorted(by_language.items())},
        "macro_f1": macro_f1(expected, guessed),
        "count": len(rows),
        "confusions": [{"intent": a, "guess": b, "count": count} for (a, b), count in most],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--splits", type=Path, required=True, help="folder that split.py wrote")
    parser.add_argument("--model", type=Path, required=True, help="model folder that train.py wrote")
    parser.add_argument("--run", type=Path, required=True, help="folder with train.py's run.json")
    parser.add_argument("--out", type=Path, required=True, help="folder to write")
    parser.add_argument("--threads", type=int, default=2)
    tracking.add_argument(parser)
    arguments = parser.parse_args()
    torch.use_deterministic_algorithms(True)
    torch.set_num_threads(arguments.threads)

    rows = read_rows(arguments.splits / "test.jsonl")
    labels = classifier.read_labels(arguments.model)
    tokenizer = classifier.load_tokenizer(arguments.model)
    tokens = [encoding.ids for encoding in tokenizer.encode_batch([row["text"] for row in rows])]
    scores = classifier.predict(classifier.load_model(arguments.model), tokens).softmax(dim=1)
    best, places = scores.topk(2, dim=1)
    guessed = [labels[place] for place in places[:, 0].tolist()]
    metrics = measure(rows, guessed)

    arguments.out.mkdir(parents=True, exist_ok=True)
    (arguments.out / "metrics.json").write_text(json.dumps(metrics, indent=2) + "\n", encoding="utf-8")
    with (arguments.out / "predictions.jsonl").open("w", encoding="utf-8") as file:
        for row, guess, (first, second) in zip(rows, guessed, best.tolist()):
            guess_row = {**row, "guess": guess, "score": round(first, 6), "second_score": round(second, 6)}
            file.write(json.dumps(guess_row, ensure_ascii=False) + "\n")

    run_id = json.loads((arguments.run / "run.json").read_text(encoding="utf-8"))["run_id"]
    with tracking.tracked(arguments, run_id=run_id) as run:
        run.metrics({"test_accuracy": metrics["accuracy"], "test_macro_f1": metrics["macro_f1"]})
        run.metrics({f"test_accuracy_{name}": value for name, value in metrics["accuracy_by_language"].items()})
        run.folder(arguments.out, "evaluation")

    languages = ", ".join(f"{name} {value:.4f}" for name, value in metrics["accuracy_by_language"].items())
    print(f"accuracy {metrics['accuracy']:.4f} on {len(rows)} rows ({languages}); macro F1 {metrics['macro_f1']:.4f}")
    for confusion in metrics["confusions"]:
        print(f"  {confusion['count']} x {confusion['intent']} taken for {confusion['guess']}")


if __name__ == "__main__":
    main()
