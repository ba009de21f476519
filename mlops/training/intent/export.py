"""Exports a trained model to ONNX: fp32, and int8 with dynamic quantisation.

    python export.py --model model --splits splits --out exported

Writes `model.fp32.onnx`, `model.int8.onnx` and `export.json`. The fp32 file must give PyTorch's logits within 1e-4, or
nothing is kept. Several int8 recipes are compared on the validation split (never the test split, which judges the
result afterwards); 8-bit weights with a scale per channel are kept unless another recipe is clearly better. Inputs: `input_ids` and `attention_mask`, int64, both
[batch, tokens]; output: `intent_logits`, float32, [batch, labels]. The same model gives the same bytes.
"""

import argparse
import json
import os
import shutil
import tempfile
import warnings
from pathlib import Path

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

import numpy as np
import onnx
import onnxruntime
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic

import classifier
from split import read_rows

OPSET = 17
LARGEST_DIFFERENCE = 1e-4
PARITY_ROWS = 64
WORTH_A_CHANGE = 0.005
RECIPES = {
    "per_channel": {"per_channel": True, "reduce_range": False},
    "per_channel_reduced": {"per_channel": True, "reduce_range": True},
    "per_tensor": {"per_channel": False, "reduce_range": False},
}
"""int8 weights. `reduce_range` keeps 7 bits, which old CPUs without VNNI need to add products without overflow."""


class Logits(torch.nn.Module):
    """A model whose one output is the tensor of logits, as ONNX wants it."""

    def __init__(self, model: torch.nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        return self.model(input_ids=ids, attention_mask=mask).logits


def export_fp32(model: torch.nn.Module, path: Path) -> None:
    """Traces `model` on a padded batch, so that the padding mask is part of the graph."""
    ids = torch.tensor([[101, 2735, 2006, 102], [101, 2735, 102, 0]])
    mask = torch.tensor([[1, 1, 1, 1], [1, 1, 1, 0]])
    axes = {0: "batch", 1: "tokens"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # The tracing exporter is deprecated; the newer one's file did not load.
        torch.onnx.export(
            Logits(model),
            (ids, mask),
            str(path),
            dynamo=False,
            opset_version=OPSET,
            input_names=["input_ids", "attention_mask"],
            output_names=["intent_logits"],
            dynamic_axes={"input_ids": axes, "attention_mask": axes, "intent_logits": {0: "batch"}},
        )
    onnx.checker.check_model(str(path))


def session(path: Path, threads: int) -> onnxruntime.InferenceSession:
    """An ONNX Runtime session on the CPU."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def onnx_logits(path: Path, tokens: list[list[int]], size: int, threads: int = 2) -> np.ndarray:
    """The logits of every text, in the order given, in batches of at most `size`.

    An int8 model scales activations by the whole batch, so its answers depend on `size`; 1 is what a server that
    does not batch gives.
    """
    runtime = session(path, threads)
    parts = {}
    for batch in classifier.in_parts(list(range(len(tokens))), tokens, [0] * len(tokens), size):
        inputs = {"input_ids": batch.ids.numpy(), "attention_mask": batch.mask.numpy()}
        parts.update(zip(batch.rows, runtime.run(None, inputs)[0]))
    return np.stack([parts[row] for row in range(len(tokens))])


def largest_difference(model: torch.nn.Module, path: Path, tokens: list[list[int]]) -> float:
    """The largest gap between PyTorch's logits and the ONNX file's, one text at a time and in batches of 8."""
    expected = classifier.predict(model, tokens, size=1).numpy()
    return max(float(np.abs(expected - onnx_logits(path, tokens, size)).max()) for size in (1, 8))


def choose(scores: dict[str, float]) -> str:
    """The first recipe, unless another is better by more than a few validation rows' luck."""
    first = next(iter(RECIPES))
    best = max(RECIPES, key=lambda name: scores[name])
    return best if scores[best] > scores[first] + WORTH_A_CHANGE else first


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, required=True, help="model folder that train.py wrote")
    parser.add_argument("--splits", type=Path, required=True, help="folder that split.py wrote")
    parser.add_argument("--out", type=Path, required=True, help="folder to write")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)

    model = classifier.load_model(arguments.model)
    labels = classifier.read_labels(arguments.model)
    rows = read_rows(arguments.splits / "validation.jsonl")
    tokenizer = classifier.load_tokenizer(arguments.model)
    tokens = [encoding.ids for encoding in tokenizer.encode_batch([row["text"] for row in rows])]
    expected = np.array([labels.index(row["intent"]) for row in rows])

    def accuracy(path: Path) -> float:
        return float((onnx_logits(path, tokens, 1, arguments.threads).argmax(axis=1) == expected).mean())

    arguments.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        fp32 = Path(scratch) / "fp32.onnx"
        export_fp32(model, fp32)
        difference = largest_difference(model, fp32, tokens[:PARITY_ROWS])
        print(f"fp32: largest difference to PyTorch {difference:.1e} over {len(tokens[:PARITY_ROWS])} texts", flush=True)
        if difference > LARGEST_DIFFERENCE:
            raise SystemExit(f"the exported model differs from PyTorch by {difference:.1e} > {LARGEST_DIFFERENCE}")
        scores = {}
        for name, recipe in RECIPES.items():
            quantize_dynamic(fp32, Path(scratch) / f"{name}.onnx", weight_type=QuantType.QInt8, **recipe)
            scores[name] = accuracy(Path(scratch) / f"{name}.onnx")
            print(f"int8 {name}: accuracy {scores[name]:.4f} on {len(rows)} validation rows", flush=True)
        best = choose(scores)
        shutil.copyfile(fp32, arguments.out / "model.fp32.onnx")
        shutil.copyfile(Path(scratch) / f"{best}.onnx", arguments.out / "model.int8.onnx")
        summary = {
            "opset": OPSET,
            "largest_difference": difference,
            "validation_accuracy": {"fp32": accuracy(fp32), "int8": scores[best]},
            "int8_recipe": best,
            "int8_candidates": scores,
            "max_tokens": classifier.MAX_TOKENS,
        }
    (arguments.out / "export.json").write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")
    figures = summary["validation_accuracy"]
    print(f"kept int8 {best}: validation accuracy fp32 {figures['fp32']:.4f}, int8 {figures['int8']:.4f}")


if __name__ == "__main__":
    main()
