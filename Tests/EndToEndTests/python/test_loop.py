"""The whole loop on a slice of the data: train, serve, drift, retrain, swap without a failed request, trace, verify."""

import json

import pytest
import requests
from conftest import Server, aku

# Two languages and one more, few rows: minutes, not a quarter of an hour. The suite speaks five languages and the test
# split has a hundred rows, so the floors are lower here; everything else is as in `make quickstart`.
SLICE = ["--languages", "en,fr", "--shift", "de", "--known-requests", "600", "--shifted-requests", "1000"]
SETTINGS = {"per_intent": 30, "epochs": 6, "minimum_suite": 0.2, "maximum_language_drop": 0.1, "max_drop": 0.05}
PARAMETERS = [word for name, value in SETTINGS.items() for word in ("-p", f"{name}={value}")]


@pytest.fixture(scope="module")
def loop(tmp_path_factory):
    folder = tmp_path_factory.mktemp("loop")
    report = folder / "report.json"
    trigger = {
        "trigger": "retrain-slice",
        "on": "drift.detected",
        "endpoint": "intent",
        "pipeline": "intent",
        "parameters": {"languages": ["en", "fr", "de"], **SETTINGS},
        "cooldown_seconds": 1,
    }
    (folder / "triggers.yaml").write_text(json.dumps(trigger))
    arguments = ["--data", str(folder / "data"), "--report", str(report), "--triggers", str(folder / "triggers.yaml")]
    first = aku("quickstart", *arguments, *SLICE, *PARAMETERS, check=False)
    assert first.returncode == 0, first.stdout[-3000:] + first.stderr[-3000:]
    figures = json.loads(report.read_text())
    again = aku("quickstart", *arguments, *SLICE, *PARAMETERS, check=False)
    assert again.returncode == 0, again.stdout[-3000:] + again.stderr[-3000:]
    server = Server(folder / "data")
    yield {"first": figures, "again": json.loads(report.read_text()), "server": server, "output": first.stdout}
    server.stop()


def test_known_traffic_raises_no_alarm_and_shifted_traffic_does(loop):
    assert loop["first"]["false_alarms_before_drift"] == 0
    assert loop["first"]["drift_alarm_after_requests"] is not None


def test_no_request_fails_while_the_model_is_retrained_and_swapped(loop):
    assert loop["first"]["requests_during_swap"] > 0
    assert loop["first"]["failed_requests_during_swap"] == 0
    assert loop["first"]["version_before"] != loop["first"]["version_after"]


def test_the_new_model_answers_the_shifted_traffic_better(loop):
    assert loop["first"]["shifted_accuracy_after"] > loop["first"]["shifted_accuracy_before"] + 0.1


def test_the_quantised_variant_is_within_what_packaging_allows(loop):
    assert loop["first"]["accuracy_fp32"] - loop["first"]["accuracy_int8"] <= SETTINGS["max_drop"]


def test_a_second_run_takes_every_cacheable_task_from_the_cache(loop):
    # Only the gate and the deployment of each of the two runs are done again.
    assert loop["again"]["tasks_run"] == 4
    assert loop["again"]["tasks_cached"] == 14
    assert loop["again"]["wall_seconds"] < loop["first"]["wall_seconds"]


def test_the_trace_walks_from_a_prediction_to_the_data_shards(loop):
    url = loop["server"].url
    answer = requests.post(f"{url}/api/v1/endpoints/intent/predict", data='{"text":"turn on the kitchen light"}', timeout=30)
    assert answer.status_code == 200, answer.text
    prediction = answer.json()["prediction_id"]
    assert answer.headers["X-Aku-Prediction-Id"] == prediction

    def trace():
        reply = requests.get(f"{url}/api/v1/trace/{prediction}", timeout=30)
        return reply.json() if reply.status_code == 200 else None

    for _ in range(100):
        reply = trace()
        if reply:
            break
    kinds = [node["kind"] for node in reply["nodes"]]
    assert reply["gaps"] == []
    for kind in ["prediction", "endpoint", "version", "package", "training_run", "task", "code", "dataset", "shard"]:
        assert kind in kinds


def test_verification_names_the_byte_range_that_was_flipped(loop):
    server = loop["server"]
    assert aku("verify", "--json", url=server.url).returncode == 0
    victim = max((server.data / "objects").rglob("*"), key=lambda path: path.stat().st_size if path.is_file() else 0)
    victim.chmod(0o600)
    at = victim.stat().st_size // 2
    with victim.open("r+b") as file:
        file.seek(at)
        byte = file.read(1)
        file.seek(at)
        file.write(bytes([byte[0] ^ 1]))
    try:
        report = aku("verify", "--json", url=server.url, check=False)
        assert report.returncode == 1
        finding = next(one for one in json.loads(report.stdout)["findings"] if one["code"] == "object_corrupt")
        assert finding["first_byte"] <= at < finding["end_byte"]
        assert finding["end_byte"] - finding["first_byte"] <= 65536
    finally:
        with victim.open("r+b") as file:
            file.seek(at)
            file.write(byte)
    assert aku("verify", "--json", url=server.url).returncode == 0
