"""Policies of an endpoint on a real server: changes under load without a failed request, canary, throttle, restart."""

import json
import threading
import time

import pytest
import requests
from conftest import ROOT, Server, aku

FIXTURES = ROOT / "Tests" / "Fixtures" / "Inference"


def register(folder, url, name, *models):
    """Packages models of the fixtures and registers them as the next version of `intent`."""
    package = folder / name
    aku("models", "package", "--model-dir", str(FIXTURES), *models, "--test", str(FIXTURES / "test.jsonl"),
        "--reference", str(FIXTURES / "reference.jsonl"), "--original-accuracy", "1", "--max-drop", "0.05",
        "--out", str(package))
    aku("models", "register", "--name", "intent", "--package", str(package), url=url)


@pytest.fixture
def server(folder, start_server):
    server = start_server()
    register(folder, server.url, "one", "--fp32", str(FIXTURES / "model.fp32.onnx"))
    register(folder, server.url, "two", "--fp32", str(FIXTURES / "model.stronger.onnx"))
    aku("endpoints", "deploy", "intent", "--model", "intent/1", url=server.url)
    return server


def apply(folder, server, policy, check=True):
    path = folder / "policy.yaml"
    path.write_text("endpoint: intent\n" + policy)
    return aku("endpoints", "apply", str(path), "--json", url=server.url, check=check)


def report(server):
    return json.loads(aku("endpoints", "policy", "intent", "--json", url=server.url).stdout)


def ask(server, text="turn on the light", **headers):
    body = {"text": text}
    return requests.post(f"{server.url}/api/v1/endpoints/intent/predict", json=body, headers=headers, timeout=30)


class Load:
    """Clients that ask all the time and keep every answer that is not 200."""

    def __init__(self, server, clients=4):
        self.answers, self.failures, self.stop = [], [], threading.Event()
        self.threads = [threading.Thread(target=self.run, args=(server, number)) for number in range(clients)]

    def run(self, server, number):
        session = requests.Session()
        url = f"{server.url}/api/v1/endpoints/intent/predict"
        while not self.stop.is_set():
            reply = session.post(url, json={"text": "turn on the light"}, timeout=30)
            (self.answers if reply.status_code == 200 else self.failures).append(
                (reply.headers.get("X-Aku-Arm"), reply.json().get("version"), reply.text if reply.status_code != 200 else "")
            )

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        for thread in self.threads:
            thread.join()


def test_policies_change_under_load_without_a_failed_request(folder, server):
    split = "split: {arms: [{name: stable, weight: 1}, {name: new, model: intent/2, weight: 1}]}\n"
    shadow = "shadow: {model: intent/2}\nfallback: {timeout_ms: 20000, use: [{last_good: true}]}\n"
    with Load(server) as load:
        for turn in range(4):
            apply(folder, server, split)
            apply(folder, server, shadow)
            aku("endpoints", "rollback", "intent", url=server.url)
            aku("endpoints", "deploy", "intent", "--model", f"intent/{1 + turn % 2}", url=server.url)
    assert load.failures == []
    assert len(load.answers) > 100
    assert {arm for arm, _, _ in load.answers} >= {"stable", "new"}
    # The first document of each later turn is what the rollback left: no version of its own.
    history = json.loads(aku("endpoints", "history", "intent", "--json", url=server.url).stdout)["versions"]
    assert [version["version"] for version in history] == list(range(9, 0, -1))
    assert [version.get("restores") for version in history[:3]] == [7, None, 5]


def test_a_canary_is_deployed_and_the_journal_says_each_step(folder, server):
    apply(folder, server, "canary: {model: intent/2, steps: [{share: 0.3, requests: 20}, {share: 0.8, requests: 30}]}\n")
    with Load(server) as load:
        deadline = time.monotonic() + 60
        while report(server)["canary"]["phase"] != "promoted" and time.monotonic() < deadline:
            time.sleep(0.1)
    assert load.failures == []
    assert report(server)["canary"]["phase"] == "promoted"
    assert ask(server).headers["X-Aku-Model-Version"] == "2"
    entries = requests.get(f"{server.url}/api/v1/journal?kind=endpoint.canary", timeout=30).json()["entries"]
    kinds = [entry["kind"] if "kind" in entry else entry["event"]["kind"] for entry in entries]
    assert sorted(kinds) == ["endpoint.canary.advanced", "endpoint.canary.passed", "endpoint.canary.promoted"]
    page = requests.get(f"{server.url}/endpoints/intent", timeout=30).text
    assert "Canary intent/2" in page and "promoted, step 2 of 2" in page
    metrics = requests.get(f"{server.url}/metrics", timeout=30).text
    assert 'aku_gateway_arm_requests_total{endpoint="intent",arm="canary",outcome="answered"}' in metrics


def test_over_the_rate_the_answer_is_429_with_the_seconds_to_wait(folder, server):
    apply(folder, server, "throttle: {principal: {rate: 0.02, burst: 3}}\n")
    replies = [ask(server) for _ in range(5)]
    assert [reply.status_code for reply in replies] == [200, 200, 200, 429, 429]
    assert replies[3].json()["error"]["code"] == "throttled"
    assert 40 <= int(replies[3].headers["Retry-After"]) <= 50
    v2 = requests.post(
        f"{server.url}/v2/models/intent/infer",
        json={"inputs": [{"name": "text", "datatype": "BYTES", "shape": [1], "data": ["turn on"]}]},
        timeout=30,
    )
    assert v2.status_code == 429 and "throttled" in v2.json()["error"]
    apply(folder, server, "drain: true\n")
    assert ask(server).status_code == 503
    assert ask(server, **{"X-Aku-Priority": "urgent"}).status_code == 400


def test_the_same_request_id_takes_the_same_arm_also_after_a_kill(folder, server, start_server):
    apply(folder, server, "split: {arms: [{name: stable, weight: 1}, {name: new, model: intent/2, weight: 1}]}\n")

    def arms(url_of):
        return [ask(url_of, **{"X-Request-Id": f"r{number}"}).headers["X-Aku-Arm"] for number in range(20)]

    before = arms(server)
    assert set(before) == {"stable", "new"}
    server.kill()
    again = start_server()
    assert arms(again) == before
    body = json.loads(ask(again, **{"X-Request-Id": "r0"}).text)
    for _ in range(100):
        trace = requests.get(f"{again.url}/api/v1/trace/{body['prediction_id']}", timeout=30)
        if trace.status_code == 200:
            break
        time.sleep(0.1)
    assert trace.status_code == 200


def test_a_policy_with_a_mistake_is_refused_with_its_place(folder, server):
    refused = apply(folder, server, "shadow:\n  modle: intent/2\n", check=False)
    assert refused.returncode != 0 and "Line 3, column 3" in refused.stderr
    missing = apply(folder, server, "shadow: {model: intent/9}\n", check=False)
    assert missing.returncode != 0
    assert report(server).get("policy") is None
    lint = aku("endpoints", "lint", "--json", str(folder / "policy.yaml"))
    assert json.loads(lint.stdout) == []


def test_a_deleted_endpoint_is_gone(folder, server):
    apply(folder, server, "drain: true\n")
    aku("endpoints", "delete", "intent", url=server.url)
    assert ask(server).status_code == 404
    assert aku("endpoints", "delete", "intent", url=server.url, check=False).returncode != 0
    aku("endpoints", "deploy", "intent", "--model", "intent/2", url=server.url)
    assert ask(server).status_code == 200


def test_the_templates_policy_is_right():
    aku("endpoints", "lint", str(ROOT / "mlops" / "deploy" / "intent-policy.yaml"))
    schema = aku("endpoints", "schema").stdout
    assert schema == (ROOT / "mlops" / "policy.schema.json").read_text()
