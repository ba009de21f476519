"""The console's pages of runs over a real server: the table, its views, comparison, files, and model pages."""

import concurrent.futures
import http.client
import json
import re
import shutil
import tempfile
import urllib.error
import urllib.parse
import urllib.request

import pytest

from chromium import Browser
from test_console import WIDTHS, overflowing

HOSTILE = "\"><script>alert(1)</script>' onload=x {{name}}"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63908ade010001c0012e553770df"
    "0000000049454e44ae426082"
)


def get(url, **headers):
    """Status, headers and text of a page, whatever the status."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers={"Accept": "text/html", **headers})) as reply:
            return reply.status, reply.headers, reply.read().decode(errors="replace")
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read().decode(errors="replace")


def post(url, path, body):
    """One MLflow call."""
    request = urllib.request.Request(
        f"{url}/api/2.0/mlflow/{path}", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request) as reply:
        return json.load(reply)


def make_run(url, experiment, number, name=None, steps=0):
    """A run with two metrics and three params; with `steps`, a history with a gap."""
    run = post(url, "runs/create", {
        "experiment_id": experiment, "start_time": 1_700_000_000_000 + number, "run_name": name or f"run-{number}",
    })["run"]["info"]["run_id"]
    metrics = [
        {"key": "accuracy", "value": (number * 7919 % 5000) / 5000, "timestamp": 1, "step": 0},
        {"key": "val/loss", "value": 1 / (1 + number), "timestamp": 1, "step": 0},
    ]
    for step in range(1, steps):
        value = "NaN" if step == 5 else 1 / step
        metrics.append({"key": "loss", "value": value, "timestamp": step * 1000, "step": step})
    post(url, "runs/log-batch", {
        "run_id": run, "metrics": metrics, "params": [
            {"key": "seed", "value": str(number)}, {"key": "optimizer", "value": "adam" if number % 2 else "sgd"},
            {"key": "epochs", "value": "3"},
        ], "tags": [{"key": "team", "value": name or "vision"}],
    })
    return run


@pytest.fixture(scope="module")
def server():
    """A server of this module's own, with 5,000 runs, some of them hostile."""
    import pathlib

    from conftest import Server

    folder = pathlib.Path(tempfile.mkdtemp(prefix="aku-console-"))
    server = Server(folder / "data")
    url = server.url
    experiment = post(url, "experiments/create", {"name": "many"})["experiment_id"]
    connection_count = 6
    with concurrent.futures.ThreadPoolExecutor(connection_count) as pool:
        def create(number):
            return make_run(url, experiment, number)

        server.runs = list(pool.map(create, range(5000)))
    server.experiment = experiment
    few = post(url, "experiments/create", {"name": HOSTILE[:200]})["experiment_id"]
    server.few = few
    server.compared = [make_run(url, few, number, name=HOSTILE if number == 1 else None, steps=40) for number in range(4)]
    yield server
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)


def rows(text):
    """The identifiers of the runs on a page, in order."""
    return re.findall(r'name="run" value="([0-9a-f]{32})"', text)


def test_the_pages_of_5000_runs_show_each_once_in_order(server):
    """Following "Next page" walks all runs by a metric, none twice, none left out."""
    path = f"/runs?experiment={server.experiment}&sort=metrics.accuracy&size=200&column=metrics.accuracy"
    seen, values = [], []
    for _ in range(30):
        status, _, text = get(server.url + path)
        assert status == 200
        seen += rows(text)
        values += [float(value) for value in re.findall(r'<td class="num">([0-9.e-]+)</td>', text)]
        following = re.search(r'<a href="([^"]+)" rel="next"', text)
        if not following:
            break
        path = following.group(1).replace("&amp;", "&")
    assert len(seen) == 5000 and set(seen) == set(server.runs)
    assert len(values) == 5000 and values == sorted(values, reverse=True)


def test_the_filter_of_the_search_call_is_the_filter_of_the_table(server):
    """The same text finds the same runs through both."""
    text = "metrics.accuracy > 0.99 and params.optimizer = 'adam' and metrics.`val/loss` < 0.5"
    found = post(server.url, "runs/search", {
        "experiment_ids": [server.experiment], "filter": text, "max_results": 100, "order_by": ["metrics.accuracy ASC"],
    })["runs"]
    query = urllib.parse.urlencode({
        "filter": text, "experiment": server.experiment, "sort": "metrics.accuracy", "order": "asc", "size": 100,
    })
    assert rows(get(f"{server.url}/runs?{query}")[2]) == [run["info"]["run_id"] for run in found]


@pytest.mark.parametrize("query", [
    "filter=metrics.accuracy+%3E%3E+1", "filter=oops", "filter=params.seed+%3D+%27" + HOSTILE.replace('"', "%22").replace(" ", "+"),
    "filter=attributes.nothing+%3D+1", "page=not-a-token", "sort=metrics.accuracy&page=eyJ9",
])
def test_what_cannot_be_read_is_explained_beside_the_box(server, query):
    """Status 200, the problem tied to the field, the text kept, nothing run."""
    status, _, text = get(f"{server.url}/runs?{query}")
    assert status == 200
    assert 'id="filter-problem" role="alert"' in text and 'aria-invalid="true"' in text
    assert "<script>alert" not in text and rows(text) == []


def test_a_view_is_saved_shown_and_deleted_with_forms_alone(server):
    """Forms without scripts; each change is in the journal."""
    target = urllib.parse.urlsplit(server.url)

    def form(path, **fields):
        connection = http.client.HTTPConnection(target.hostname, target.port)
        connection.request("POST", path, urllib.parse.urlencode(fields), {
            "Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin",
        })
        reply = connection.getresponse()
        reply.read()
        return reply.status, reply.getheader("Location")

    query = "sort=metrics.accuracy&column=metrics.accuracy&page=x&evil=1"
    assert form("/console/views", name=HOSTILE[:80], query=query) == (
        303, "/runs?sort=metrics.accuracy&column=metrics.accuracy"
    )
    text = get(server.url + "/runs?sort=metrics.accuracy&column=metrics.accuracy")[2]
    assert 'aria-current="true"' in text and "<script>alert" not in text
    assert form("/console/views", name="", query="")[0] == 400
    assert form("/console/views/delete", name=HOSTILE[:80])[0] == 303
    assert form("/console/views/delete", name=HOSTILE[:80])[0] == 404
    journal = get(server.url + "/journal?kind=console.")[2]
    assert "console.view.saved" in journal and "console.view.deleted" in journal


def test_a_comparison_shows_what_differs_and_bounded_drawings(server):
    """Two runs, four, fifty; hostile names, a gap, one page for each choice."""
    status, _, text = get(f"{server.url}/compare?run={','.join(server.compared)}&log=y&smooth=0.9")
    assert status == 200 and "4 runs side by side" in text
    assert 'title="seed"' in text and " diff" in text and "the same in all runs" in text
    assert text.count("<script") == 1 and "class=\"gone" in text
    fifty = "&".join(f"run={run}" for run in server.runs[:60])
    status, _, text = get(f"{server.url}/compare?{fifty}&x=params.seed&y=metrics.accuracy")
    assert status == 200 and "50 runs side by side" in text and "10 more runs" in text
    assert len(text) < 1_500_000
    status, _, text = get(f"{server.url}/compare?run={server.runs[0]}&run=ffffffffffffffffffffffffffffffff")
    assert status == 200 and "Tick two or more runs" in text


def put(url, run, path, data):
    """Uploads one artifact."""
    with urllib.request.urlopen(f"{url}/api/2.0/mlflow/runs/get?run_id={run}") as reply:
        uri = json.load(reply)["run"]["info"]["artifact_uri"]
    root = uri.split(":", 1)[1].lstrip("/")
    address = f"{url}/api/2.0/mlflow-artifacts/artifacts/{root}/{urllib.parse.quote(path)}"
    urllib.request.urlopen(urllib.request.Request(address, data, method="PUT")).read()


FILES = {
    "plots/one.png": PNG, "plots/fake.png": b"<html><script>alert(1)</script>",
    "plots/page.html": b"<!doctype html><script>alert(1)</script>", "plots/drawing.svg": b"<svg onload='alert(1)'></svg>",
    "data/table.csv": b'name,score\n"<script>alert(1)</script>",0.5\nlamp,0.25\n',
    "data/table.json": b'{"columns": ["a"], "data": [["<b>"], [1]]}', "data/tree.json": b'{"a": {"b": [1, 2]}}',
    "data/lines.jsonl": b'{"a": 1}\n{"a": 2}\n', "data/notes.md": b"# Card\n\n<script>alert(1)</script> [x](javascript:alert(1))\n",
    "data/long.txt": b"line <b>\n" * 100_000, "data/raw.bin": bytes(range(256)), "data/empty.txt": b"",
    "data/<img src=x onerror=alert(1)>.txt": b"named to harm",
}


def test_every_kind_of_file_has_a_look_that_runs_nothing(server):
    """Pages keep the console's policy; bytes are images by their content or downloads, sandboxed."""
    run = server.compared[0]
    for path, data in FILES.items():
        put(server.url, run, path, data)
    for path in FILES:
        where = urllib.parse.quote(path, safe="")
        status, headers, text = get(f"{server.url}/runs/{run}/artifacts?path={where}")
        assert status == 200, path
        assert headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'")
        assert text.count("<script") == 1 and "<img src=x" not in text and "javascript:alert(1)\"" not in text, path
        status, headers, _ = get(f"{server.url}/runs/{run}/file?path={where}&show=1")
        assert status == 200 and headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        is_image = path == "plots/one.png"
        assert headers["Content-Type"] == ("image/png" if is_image else "application/octet-stream"), path
        assert headers["Content-Disposition"].startswith("inline" if is_image else "attachment"), path
    for path in ("..%2F..%2Fx", "%252e%252e%2Fx", "%2Fetc%2Fpasswd", "missing.txt"):
        assert get(f"{server.url}/runs/{run}/file?path={path}")[0] in (400, 404), path


def test_a_model_and_its_versions_have_pages(server):
    """Aliases, stage, lineage from data set to version."""
    run = server.compared[0]
    post(server.url, "runs/log-inputs", {"run_id": run, "datasets": [{
        "tags": [{"key": "mlflow.data.context", "value": "training"}],
        "dataset": {"name": "corpus", "digest": "3fa9b1c2", "source_type": "local", "source": "{}"},
    }]})
    post(server.url, "registered-models/create", {"name": "classifier & <b>", "description": HOSTILE})
    for _ in range(2):
        post(server.url, "model-versions/create", {"name": "classifier & <b>", "source": "s3://elsewhere/x", "run_id": run})
    post(server.url, "registered-models/alias", {"name": "classifier & <b>", "alias": "champion", "version": "1"})
    page = "/models/" + urllib.parse.quote("classifier & <b>", safe="")
    for path in ("/models", page, page + "/1", page + "/2"):
        status, _, text = get(server.url + path)
        assert status == 200 and text.count("<script") == 1 and "<b>" not in text, path
    text = get(server.url + page + "/1")[2]
    assert "corpus" in text and "champion" in text and 'class="node subject"' in text
    assert get(server.url + page + "/9")[0] == 404


@pytest.mark.skipif(not any(map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), reason="chromium is not installed")
def test_the_pages_fit_and_say_nothing_to_the_browsers_console(server):
    """Two widths, both schemes: no sideways scrolling, no message, nothing from elsewhere."""
    folder = tempfile.mkdtemp(prefix="aku-chromium-")
    browser = Browser(folder)
    run = server.compared[0]
    put(server.url, run, "plots/one.png", PNG)
    put(server.url, run, "data/table.csv", FILES["data/table.csv"])
    paths = [
        "/runs?size=25", "/runs?filter=oops", f"/compare?run={','.join(server.compared)}&smooth=0.8&log=y",
        f"/compare?run={','.join(server.runs[:50])}", f"/runs/{run}?across=time&smooth=0.5", f"/runs/{run}/artifacts?path=plots%2Fone.png",
        f"/runs/{run}/artifacts?path=data%2Ftable.csv",
    ]
    try:
        for path in paths:
            for width in WIDTHS:
                for dark in (False, True):
                    browser.open(server.url + path, width=width, dark=dark)
                    assert browser.problems() == [], (path, width)
                    assert all(address.startswith(server.url) for address in browser.requests()), path
                    assert browser.value("document.documentElement.scrollWidth <= innerWidth"), (path, width, overflowing(browser))
                    assert overflowing(browser) == [], (path, width)
        browser.open(server.url + "/runs?size=25")
        browser.value("[...document.querySelectorAll('input[name=run]')].slice(0, 2).forEach(box => box.click())")
        assert browser.value("document.querySelector('[data-picked]').textContent") == "2 chosen"
        browser.open(server.url + "/runs?size=25&sort=metrics.accuracy")
        browser.value("document.querySelectorAll('input[name=run]')[3].click()")
        assert browser.value("new FormData(document.getElementById('compare')).getAll('run').length") == 3
        browser.open(server.url + f"/runs/{run}/artifacts?path=plots%2Fone.png")
        assert browser.value("document.querySelector('.picture img').naturalWidth") == 1
    finally:
        browser.close()
        shutil.rmtree(folder, ignore_errors=True)
