"""The training scripts keep their promises: same bytes from the same seed, no leaks between splits, a faithful export."""

import json
import os
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[3]
SCRIPTS = ROOT / "mlops" / "training" / "intent"
sys.path.insert(0, str(SCRIPTS))


def script(name: str, *arguments: object, check: bool = True, **environment: str) -> subprocess.CompletedProcess:
    """Runs one of the scripts as a pipeline's task would."""
    variables = {**os.environ, "OMP_NUM_THREADS": "2", "OMP_WAIT_POLICY": "passive", "HF_HUB_OFFLINE": "1"}
    variables.pop("MLFLOW_TRACKING_URI", None)
    result = subprocess.run(
        [sys.executable, str(SCRIPTS / name), *map(str, arguments)],
        capture_output=True,
        text=True,
        env={**variables, **environment},
        timeout=300,
    )
    if check:
        assert result.returncode == 0, result.stderr
    return result


def files(folder: pathlib.Path) -> dict[str, bytes]:
    """Every file of a folder with its content."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def rows(path: pathlib.Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def keys(path: pathlib.Path) -> set[str]:
    from grammar import text_key

    return {text_key(row["text"]) for row in rows(path)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> pathlib.Path:
    """A small corpus (two languages, all intents), its splits, and a small training slice of four intents."""
    folder = tmp_path_factory.mktemp("training")
    script("collect.py", "--languages", "en,sw", "--per-intent", 25, "--out", folder / "corpus")
    script("split.py", "--corpus", folder / "corpus", "--out", folder / "splits")
    wanted = {"HassTurnOn", "HassTurnOff", "HassStartTimer", "HassGetWeather"}
    tiny = folder / "tiny-corpus"
    tiny.mkdir()
    for shard in (folder / "corpus").glob("*.jsonl"):
        kept = [json.dumps(row, ensure_ascii=False) for row in rows(shard) if row["intent"] in wanted]
        (tiny / shard.name).write_text("\n".join(kept) + "\n", encoding="utf-8")
    script("split.py", "--corpus", tiny, "--out", folder / "tiny")
    return folder


def train(folder: pathlib.Path, name: str, seed: int) -> pathlib.Path:
    model = folder / name
    script(
        "train.py", "--splits", folder / "tiny", "--model", model, "--run", folder / f"{name}-run", "--no-tracking",
        "--epochs", 3, "--batch-size", 8, "--seed", seed,
    )  # fmt: skip
    return model


@pytest.fixture(scope="module")
def model(folder) -> pathlib.Path:
    return train(folder, "model", 5)


@pytest.fixture(scope="module")
def exported(folder, model) -> pathlib.Path:
    script("export.py", "--model", model, "--splits", folder / "tiny", "--out", folder / "exported")
    return folder / "exported"


def test_collecting_twice_gives_the_same_bytes(folder):
    again = folder / "again"
    script("collect.py", "--languages", "sw,en", "--per-intent", 25, "--out", again)
    assert files(again) == files(folder / "corpus")
    described = json.loads((again / "dataset.json").read_text())
    counted = {path.name: len(rows(path)) for path in again.glob("*.jsonl")}
    assert {shard["file"]: shard["rows"] for shard in described["shards"]} == counted
    assert described["licence"] == "Apache-2.0" and described["counts"]["rows"] == sum(counted.values())


def test_another_language_leaves_the_other_shards_as_they_were(folder):
    script("collect.py", "--languages", "en,sw,hi", "--per-intent", 25, "--out", folder / "more")
    for name in ("en.jsonl", "sw.jsonl"):
        assert (folder / "more" / name).read_bytes() == (folder / "corpus" / name).read_bytes()


def test_an_unknown_language_is_refused_by_name(tmp_path):
    result = script("collect.py", "--languages", "en,xx", "--out", tmp_path / "corpus", check=False)
    assert result.returncode != 0 and "'xx'" in result.stderr
    assert not (tmp_path / "corpus").exists()


def test_splitting_twice_gives_the_same_bytes_and_another_seed_gives_others(folder):
    script("split.py", "--corpus", folder / "corpus", "--out", folder / "splits-again")
    assert files(folder / "splits-again") == files(folder / "splits")
    script("split.py", "--corpus", folder / "corpus", "--seed", 18, "--out", folder / "splits-18")
    assert files(folder / "splits-18")["test.jsonl"] != files(folder / "splits")["test.jsonl"]


def test_no_text_is_in_two_splits_and_no_row_is_lost(folder):
    parts = {name: keys(folder / "splits" / f"{name}.jsonl") for name in ("train", "validation", "test", "reference")}
    for name, texts in parts.items():
        for other, others in parts.items():
            assert name == other or not texts & others, f"{name} and {other} share texts"
    count = sum(len(rows(folder / "splits" / f"{name}.jsonl")) for name in parts)
    assert count == sum(len(rows(path)) for path in (folder / "corpus").glob("*.jsonl"))
    assert {row["language"] for row in rows(folder / "splits" / "test.jsonl")} == {"en", "sw"}


def test_spellings_of_one_text_stay_in_one_split():
    from split import split

    texts = [f"{start} light {number}" for number in range(50) for start in ("turn on the", "Turn on, the")]
    parts = split([{"text": text, "intent": "HassTurnOn", "language": "en"} for text in texts], seed=1)
    for members in parts.values():
        numbers = [row["text"].split()[-1] for row in members]
        assert all(numbers.count(number) == 2 for number in numbers)


def test_traffic_shares_no_text_with_the_corpus_and_repeats_exactly(folder):
    for name in ("traffic", "traffic-again"):
        script("traffic.py", "--languages", "en,sw", "--per-intent", 25, "--count", 300, "--out", folder / f"{name}.jsonl")
    assert (folder / "traffic.jsonl").read_bytes() == (folder / "traffic-again.jsonl").read_bytes()
    corpus = keys(folder / "corpus" / "en.jsonl") | keys(folder / "corpus" / "sw.jsonl")
    assert len(rows(folder / "traffic.jsonl")) == 300
    assert not keys(folder / "traffic.jsonl") & corpus


def test_the_same_seed_trains_the_same_folder_and_another_seed_does_not(folder, model):
    assert files(train(folder, "model-again", 5)) == files(model)
    stated = json.loads((folder / "model-run" / "run.json").read_text())
    from classifier import file_digest

    assert stated["weights_sha256"] == file_digest(model / "model.safetensors")
    train(folder, "model-6", 6)
    other = json.loads((folder / "model-6-run" / "run.json").read_text())
    assert other["weights_sha256"] != stated["weights_sha256"]


def test_no_path_of_this_machine_gets_into_a_model(model, exported, folder):
    for name, content in {**files(model), **files(exported)}.items():
        assert str(ROOT).encode() not in content and str(folder).encode() not in content, name


def test_training_without_a_tracking_server_must_be_asked_for(folder):
    result = script(
        "train.py", "--splits", folder / "tiny", "--model", folder / "m", "--run", folder / "r", check=False
    )
    assert result.returncode != 0 and "MLFLOW_TRACKING_URI" in result.stderr


def test_a_tiny_model_learns_and_evaluation_says_so(folder, model):
    script(
        "evaluate.py", "--splits", folder / "tiny", "--model", model, "--run", folder / "model-run", "--no-tracking",
        "--out", folder / "evaluation",
    )  # fmt: skip
    metrics = json.loads((folder / "evaluation" / "metrics.json").read_text())
    predictions = rows(folder / "evaluation" / "predictions.jsonl")
    right = sum(row["intent"] == row["guess"] for row in predictions)
    assert metrics["accuracy"] == right / len(predictions) == right / metrics["count"]
    assert metrics["accuracy"] >= 0.8


def test_export_is_faithful_repeatable_and_int8_stays_close(folder, model, exported):
    script("export.py", "--model", model, "--splits", folder / "tiny", "--out", folder / "exported-again")
    assert files(folder / "exported-again") == files(exported)

    import export
    from classifier import load_model, load_tokenizer, read_labels

    test = rows(folder / "tiny" / "test.jsonl") + rows(folder / "tiny" / "reference.jsonl")
    tokens = [encoding.ids for encoding in load_tokenizer(model).encode_batch([row["text"] for row in test])]
    assert export.largest_difference(load_model(model), exported / "model.fp32.onnx", tokens) <= 1e-4
    labels = read_labels(model)

    def right(name: str) -> int:
        guesses = export.onnx_logits(exported / name, tokens, 1).argmax(axis=1)
        return sum(labels[guess] == row["intent"] for guess, row in zip(guesses, test))

    assert right("model.int8.onnx") >= right("model.fp32.onnx") - 1
    assert (exported / "model.int8.onnx").stat().st_size < (exported / "model.fp32.onnx").stat().st_size / 3
