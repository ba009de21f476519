"""What the console does about pipelines: start, follow, cancel, run again, pause a schedule, fill in the past."""

import json
import re
import time

import pytest
import requests
from conftest import aku

PIPELINE = """
pipeline: forms
description: Words that grow.
parameters:
  word: { type: string, default: hello }
  broken: { type: boolean, default: false }
schedule:
  cron: "0 4 * * *"
  timezone: Europe/Berlin
  paused: true
tasks:
  say:
    run: |
      for i in 1 2 3; do echo "line $i of ${params.word} é"; sleep 0.4; done
      printf %s ${params.word} > ${outputs.text}
    outputs: [text]
  shout:
    inputs: { text: say.text }
    run: |
      test ${params.broken} = false
      tr a-z A-Z < ${inputs.text} > ${outputs.text}
    outputs: [text]
"""


@pytest.fixture
def server(start_server, folder):
    server = start_server()
    (folder / "forms.yaml").write_text(PIPELINE)
    aku("pipelines", "apply", str(folder / "forms.yaml"), url=server.url)
    return server


def post(server, path, origin=None, **fields):
    headers = {"Origin": origin or server.url, "Sec-Fetch-Site": "same-origin"}
    return requests.post(server.url + path, data=fields, headers=headers, allow_redirects=False, timeout=30)


def run_of(reply):
    assert reply.status_code == 303, reply.text
    return reply.headers["location"].rsplit("/", 1)[1]


def ended(server, run):
    for _ in range(300):
        body = requests.get(f"{server.url}/api/v1/pipeline-runs/{run}", timeout=30).json()
        if body["state"] != "running":
            return body
        time.sleep(0.1)
    raise AssertionError(f"{run} did not end: {body}")


def events(url, limit=60, **headers):
    """The events of a stream until it ends: name, id, data."""
    found, event = [], {}
    with requests.get(url, stream=True, timeout=limit, headers=headers) as reply:
        assert reply.status_code == 200, reply.text
        assert reply.headers["content-type"] == "text/event-stream"
        reply.encoding = "utf-8"
        for line in reply.iter_lines(decode_unicode=True):
            if line:
                name, _, value = line.partition(": ")
                event[name] = value
            elif event:
                found.append((event.get("event"), event.get("id"), event.get("data")))
                event = {}
    return found


def test_a_run_is_started_followed_and_run_again_from_the_console(server):
    page = requests.get(f"{server.url}/pipelines/forms", timeout=30).text
    assert 'name="p.word"' in page and 'placeholder="hello"' in page
    run = run_of(post(server, "/console/pipelines/forms/runs", **{"p.word": "tree", "p.broken": "true", "reason": "by hand"}))

    stream = f"{server.url}/api/v1/pipeline-runs/{run}/tasks/say/log/stream"
    seen = events(stream)
    assert seen[-1][0] == "end"
    text = "".join(json.loads(data) for name, _, data in seen if name == "log")
    assert text == "".join(f"line {i} of tree é\n" for i in (1, 2, 3))
    first = int(seen[0][1])
    rest = events(stream, **{"Last-Event-ID": str(first)})
    assert "".join(json.loads(data) for name, _, data in rest if name == "log") == text.encode()[first:].decode()
    assert requests.get(stream.replace("/say/", "/no/"), timeout=30).status_code == 404

    body = ended(server, run)
    assert (body["state"], body["reason"], body["parameters"]["word"]) == ("failed", "by hand", "tree")
    page = requests.get(f"{server.url}/pipeline-runs/{run}", timeout=30).text
    assert "Run again" in page and "Cancel the run" not in page

    again = run_of(post(server, f"/console/pipeline-runs/{run}/reruns", **{"from": ""}))
    body = ended(server, again)
    assert {task["name"]: task["state"] for task in body["tasks"]} == {"say": "cached", "shout": "failed"}
    assert body["rerun_of"] == run
    page = requests.get(f"{server.url}/pipeline-runs/{again}", timeout=30).text
    assert f"/pipeline-runs/{run}" in page

    third = aku("pipelines", "rerun", run, "--from", "say", "--watch", url=server.url, check=False)
    assert third.returncode == 1 and "shout" in third.stdout + third.stderr
    newest = requests.get(f"{server.url}/api/v1/pipeline-runs?pipeline=forms&limit=1", timeout=30).json()["runs"][0]
    assert newest["rerun_of"] == run and newest["reason"] == "again from say"
    page = requests.get(f"{server.url}/pipeline-runs/{newest['id']}", timeout=30).text
    assert "executed, whatever the cache has" in page
    page = requests.get(f"{server.url}/pipelines/forms", timeout=30).text
    grid = page.split('class="chart runs-grid"')[1].split("</svg>")[0]
    assert grid.count("<title>say: cached") == 1 and grid.count("<title>shout: failed") == 3


def test_a_run_is_cancelled_from_the_console(server):
    run = run_of(post(server, "/console/pipelines/forms/runs"))
    assert "Cancel the run" in requests.get(f"{server.url}/pipeline-runs/{run}", timeout=30).text
    assert run_of(post(server, f"/console/pipeline-runs/{run}/cancel")) == run
    assert ended(server, run)["state"] == "cancelled"
    reply = post(server, f"/console/pipeline-runs/{run}/reruns", **{"from": "say"})
    assert ended(server, run_of(reply))["state"] == "succeeded"


def test_a_schedule_is_resumed_and_the_past_is_filled_in(server):
    page = requests.get(f"{server.url}/pipelines/forms", timeout=30).text
    assert "paused by its file" in page and "Europe/Berlin" in page
    span = {"from": "2026-03-28", "to": "2026-03-30", "parallel": "3", "again": "none"}
    preview = requests.get(f"{server.url}/pipelines/forms/backfill", params=span, timeout=30)
    assert preview.status_code == 200
    assert len(re.findall(r"<li>2026-03-\d\dT04:00:00", preview.text)) == 3, preview.text
    assert post(server, "/console/pipelines/forms/backfills", **span).headers["location"] == "/pipelines/forms"
    for _ in range(300):
        runs = requests.get(f"{server.url}/api/v1/pipeline-runs?pipeline=forms", timeout=30).json()["runs"]
        if len(runs) == 3 and all(run["state"] == "succeeded" for run in runs):
            break
        time.sleep(0.1)
    days = [time.strftime("%Y-%m-%d %H", time.gmtime(run["logical_time"] / 1000)) for run in runs]
    assert sorted(days) == ["2026-03-28 03", "2026-03-29 02", "2026-03-30 02"]
    nothing = requests.get(f"{server.url}/pipelines/forms/backfill", params=span, timeout=30)
    assert "There is nothing to start." in nothing.text


@pytest.mark.parametrize(
    "path, fields, status, words",
    [
        ("/console/pipelines/forms/runs", {"p.broken": "perhaps"}, 400, "must be of type boolean"),
        ("/console/pipelines/nothing/runs", {}, 404, "no pipeline"),
        ("/console/pipelines/forms/backfills", {"from": "2026-03-28"}, 400, "first and its last day"),
        ("/console/pipelines/forms/backfills", {"from": "2026-03-28", "to": "2026-03-29", "parallel": "65"}, 400, "1 to 64"),
        ("/console/pipelines/forms/schedules", {"schedule": "none", "action": "pause"}, 404, "schedule"),
        ("/console/pipeline-runs/none/cancel", {}, 404, "no pipeline run"),
    ],
)
def test_a_form_that_cannot_be_is_answered_with_a_page(server, path, fields, status, words):
    reply = post(server, path, **fields)
    assert (reply.status_code, words in reply.text) == (status, True), reply.text


def test_a_form_of_another_site_changes_nothing(server):
    headers = {"Origin": "http://example.org", "Sec-Fetch-Site": "cross-site"}
    reply = requests.post(f"{server.url}/console/pipelines/forms/runs", headers=headers, allow_redirects=False, timeout=30)
    assert reply.status_code == 403
    assert requests.get(f"{server.url}/api/v1/pipeline-runs?pipeline=forms", timeout=30).json()["runs"] == []
