"""Hermetic tasks, environments from lock files, and runs that are executed again to compare every byte."""

import base64
import hashlib
import json
import shutil
import subprocess
import threading
import zipfile

import pytest
from conftest import aku

MIXED = """
pipeline: mixed
network: {network}
tasks:
  exact:
    run: python -c 'import json, sys; json.dump(sorted(range(9)), open(sys.argv[1], "w"))' ${{outputs.numbers}}
    outputs: [numbers]
  stamped:
    inputs: {{ numbers: exact.numbers }}
    run: |
      mkdir ${{outputs.report}}
      cp ${{inputs.numbers}} ${{outputs.report}}/a.json
      printf 'made at %s' $(date +%s.%N) > ${{outputs.report}}/b.txt
    outputs: [report]
"""


def run(url: str, target, *arguments: str) -> dict:
    return json.loads(aku("pipelines", "run", str(target), "--watch", "--json", *arguments, url=url).stdout)


def states(body: dict) -> list[str]:
    return [f"{task['name']}: {task['state']}" for task in body["tasks"]]


def can_cut_network() -> bool:
    command = ["unshare", "--net", "true"], ["unshare", "--user", "--net", "true"]
    return any(subprocess.run(one, capture_output=True).returncode == 0 for one in command)


def test_verify_names_the_task_the_file_and_the_byte(start_server, folder):
    url = start_server().url
    file = folder / "mixed.yaml"
    file.write_text(MIXED.format(network="none" if can_cut_network() else "any"))
    first = run(url, file)
    assert states(first) == ["exact: succeeded", "stamped: succeeded"]
    assert states(run(url, "mixed")) == ["exact: cached", "stamped: cached"]

    result = aku("pipelines", "verify", first["id"], url=url, check=False)
    assert result.returncode == 1
    assert "stamped: output report, file b.txt: differs from byte " in result.stdout
    assert "1 same, 1 different" in result.stdout
    body = json.loads(aku("pipelines", "verify", first["id"], "--json", url=url, check=False).stdout)
    assert [(task["name"], task["verdict"]) for task in body["tasks"]] == [("exact", "same"), ("stamped", "different")]
    (difference,) = body["tasks"][1]["outputs"]
    # 'made at ' has eight bytes, and the seconds of one test begin alike.
    assert 8 <= difference["offset"] <= 8 + len("1234567890.123456789")

    assert aku("pipelines", "verify", first["id"], "--task", "exact", url=url).returncode == 0
    unknown = aku("pipelines", "verify", first["id"], "--task", "nothing", url=url, check=False)
    assert unknown.returncode == 1 and "pipeline_task_not_found" in unknown.stderr
    # Nothing was registered: the cache still has what the first run made.
    again = run(url, "mixed")
    assert states(again) == ["exact: cached", "stamped: cached"]
    assert [task["outputs"] for task in again["tasks"]] == [task["outputs"] for task in first["tasks"]]


def test_two_runs_at_one_time_execute_once(start_server, folder):
    url = start_server().url
    file, ledger = folder / "slow.yaml", folder / "ledger"
    command = f"echo x >> {ledger}; sleep 1; date +%N > ${{outputs.o}}"
    file.write_text(f"pipeline: slow\ntasks: {{ t: {{ run: '{command}', outputs: [o] }} }}\n")
    aku("pipelines", "apply", str(file), url=url)
    bodies = []
    threads = [threading.Thread(target=lambda: bodies.append(run(url, "slow"))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(states(body)[0] for body in bodies) == ["t: cached", "t: succeeded"]
    assert ledger.read_text() == "x\n"
    assert bodies[0]["tasks"][0]["outputs"] == bodies[1]["tasks"][0]["outputs"]


def wheel(place, version: str) -> str:
    """Writes a wheel with one module that tells its version, and returns its line of a lock file."""
    name = f"akuprobe-{version}-py3-none-any.whl"
    info = f"akuprobe-{version}.dist-info"
    files = {
        "akuprobe.py": f"VERSION = '{version}'\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: akuprobe\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = ""
    for path, text in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        record += f"{path},sha256={digest},{len(text)}\n"
    files[f"{info}/RECORD"] = record + f"{info}/RECORD,,\n"
    with zipfile.ZipFile(place / name, "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
    digest = hashlib.sha256((place / name).read_bytes()).hexdigest()
    return f"akuprobe=={version} --hash=sha256:{digest}\n"


@pytest.mark.skipif(shutil.which("uv") is None, reason="uv is not installed: pip install uv")
def test_a_lock_file_is_built_once_and_is_part_of_the_identity(start_server, folder):
    url = start_server().url
    wheels = folder / "wheels"
    wheels.mkdir()
    one, two = wheel(wheels, "1.0"), wheel(wheels, "2.0")
    lock, file = folder / "requirements.txt", folder / "locked.yaml"
    options = f"--no-index\n--find-links {wheels}\n"
    lock.write_text(options + one)
    command = 'python -c "import akuprobe, sys; print(akuprobe.VERSION, sys.prefix != sys.base_prefix)" > ${outputs.o}'
    file.write_text(
        f"pipeline: locked\npython: requirements.txt\ntasks: {{ t: {{ run: '{command}', outputs: [o] }},"
        f" plain: {{ run: 'echo x > ${{outputs.o}}', outputs: [o], python: none }} }}\n"
    )
    first = run(url, file)
    assert states(first) == ["t: succeeded", "plain: succeeded"], first
    assert "building the Python environment" in aku("pipelines", "logs", first["id"], "t", url=url).stdout
    again = run(url, "locked", "--no-cache")
    assert "building" not in aku("pipelines", "logs", again["id"], "t", url=url).stdout
    assert again["tasks"][0]["outputs"] == first["tasks"][0]["outputs"]

    lock.write_text(options + two)
    explained = aku("pipelines", "run", str(file), "--explain", "--json", url=url)
    tasks = {task["name"]: task for task in json.loads(explained.stdout)["tasks"]}
    assert tasks["t"]["verdict"] == "miss"
    assert [difference["part"] for difference in tasks["t"]["differences"]] == ["python.lock"]
    assert tasks["plain"]["verdict"] == "hit"
    text = aku("pipelines", "explain", json.loads(explained.stdout)["run_id"], "t", url=url).stdout
    assert "python.lock" in text and "plain" not in text

    lock.write_text(options + one.replace("sha256:", "sha256:00")[: len(one)].rstrip() + "\n")
    failed = json.loads(aku("pipelines", "run", str(file), "--watch", "--json", url=url, check=False).stdout)
    assert failed["tasks"][0]["failure"]["code"] == "task_environment_failed"


@pytest.mark.skipif(not can_cut_network(), reason="this machine allows no network namespace")
def test_a_cut_task_reaches_the_server_only_when_it_may(start_server, folder):
    server = start_server()
    other = start_server("other").url
    file = folder / "net.yaml"
    ask = (
        "import os, sys, urllib.request\n"
        "def ask(url):\n"
        "    try: return str(urllib.request.urlopen(url + '/healthz', timeout=5).status)\n"
        "    except OSError: return 'none'\n"
        f"open(sys.argv[1], 'w').write(ask(os.environ['AKU_URL']) + ' ' + ask('{other}'))\n"
    )
    (folder / "ask.py").write_text(ask)
    tasks = "".join(
        f"  {name}: {{ run: 'python code/ask.py ${{outputs.o}}', outputs: [o], network: {name} }}\n"
        for name in ("none", "platform", "any")
    )
    file.write_text(f"pipeline: net\ncode: [ask.py]\ntasks:\n{tasks}")
    body = run(server.url, file)
    assert states(body) == ["none: succeeded", "platform: succeeded", "any: succeeded"], body
    digest = {text: f"sha256:{hashlib.sha256(text.encode()).hexdigest()}" for text in ("none none", "200 none", "200 200")}
    assert [task["outputs"][0]["digest"] for task in body["tasks"]] == list(digest.values())
