"""`aku pipelines import`: what the other tool's file does by hand and what its import does here is equal, byte by byte."""

import hashlib
import json
import os
import subprocess
import sys
import urllib.request

from conftest import aku

DVC = """
vars: [words.yaml]
stages:
  prepare:
    cmd: python src/prepare.py data/rows.csv ${prepare.seed}
    deps: [src/prepare.py, src/common.py, data/rows.csv]
    params: [prepare.seed, prepare.split]
    outs: [data/prepared]
  count:
    foreach: ${columns}
    do:
      cmd: >-
        mkdir -p counts && python src/count.py data/prepared/train.csv ${item} counts/${item}.json;
        test -s counts/${item}.json
      deps: [src/count.py, data/prepared/train.csv]
      outs: ["counts/${item}.json"]
  grid:
    matrix: { depth: [1, 2], kind: [a, b] }
    cmd: echo ${item.kind}${item.depth} > grid-${item.kind}${item.depth}.txt
    outs: ["grid-${item.kind}${item.depth}.txt"]
  report:
    wdir: src
    cmd:
      - mkdir -p ../out
      - cat ../counts/*.json > ../out/report.txt
      - echo "$UNSET ${opts}" >> ../out/report.txt
    deps: [../counts/size.json, ../counts/mass.json]
    params: [{ ../params.yaml: null }]
    metrics: [{ ../out/report.txt: { cache: false } }]
plots: []
"""
FILES = {
    "dvc.yaml": DVC,
    "words.yaml": "opts: { lr: 0.001, deep: true }\n",
    "params.yaml": "prepare: { seed: 7, split: 0.25 }\ncolumns: [size, mass]\n",
    "data/rows.csv": "size,mass\n" + "".join(f"{i * 37 % 101}.5,{i * 53 % 97}.25\n" for i in range(200)),
    "src/common.py": """
import csv


def rows(path):
    with open(path) as file:
        return list(csv.DictReader(file))
""",
    "src/prepare.py": """
import os
import random
import re
import sys

from common import rows

split = float(re.search(r"split: ([0-9.]+)", open("params.yaml").read()).group(1))
random.seed(int(sys.argv[2]))
os.makedirs("data/prepared", exist_ok=True)
with open("data/prepared/train.csv", "w") as train, open("data/prepared/test.csv", "w") as test:
    for file in (train, test):
        file.write("size,mass\\n")
    for row in rows(sys.argv[1]):
        (test if random.random() < split else train).write(f"{row['size']},{row['mass']}\\n")
""",
    "src/count.py": """
import csv
import json
import sys

with open(sys.argv[1]) as file:
    values = [float(row[sys.argv[2]]) for row in csv.DictReader(file)]
with open(sys.argv[3], "w") as file:
    json.dump({"column": sys.argv[2], "rows": len(values), "sum": round(sum(values), 6)}, file)
""",
}
OUTPUTS = {
    "data/prepared/train.csv": ("prepare", "prepared", "train.csv"),
    "data/prepared/test.csv": ("prepare", "prepared", "test.csv"),
    "counts/size.json": ("count-size", "size_json", None),
    "counts/mass.json": ("count-mass", "mass_json", None),
    "grid-b2.txt": ("grid-2-b", "grid-b2_txt", None),
    "out/report.txt": ("report", "report_txt", None),
}
# What DVC 3.67 runs for the file above, in its order.
BY_HAND = """
python src/prepare.py data/rows.csv 7
mkdir -p counts
python src/count.py data/prepared/train.csv size counts/size.json
python src/count.py data/prepared/train.csv mass counts/mass.json
echo b2 > grid-b2.txt
mkdir -p out
cat counts/*.json > out/report.txt
echo "$UNSET --lr 0.001 --deep" >> out/report.txt
"""

DAG = '''
import json
from datetime import timedelta

from airflow.sdk import DAG, task
from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.python import PythonOperator

FACTOR = 3


def scale(values, by=1):
    return [value * by * FACTOR for value in values]


with DAG("orders", schedule=None, default_args={"retries": 1, "retry_delay": timedelta(seconds=1)}) as dag:
    @task
    def extract():
        return json.loads('{"a": 1.5, "b": 2.5}')

    @task
    def total(data, scaled):
        print("total", sum(data.values()) + sum(scaled))

    scaled = PythonOperator(task_id="scaled", python_callable=scale, op_args=[[1, 2]], op_kwargs={"by": 2})
    words = [BashOperator(task_id=f"word_{i}", bash_command=f"[[ {i} -lt 2 ]] && echo word {i}") for i in range(2)]
    later = BashOperator(task_id="later", bash_command="echo {{ ds }}")
    end = total(extract(), scaled.output)
    words >> end >> later
'''


def write(folder, files):
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)


def get(server, path):
    with urllib.request.urlopen(server.url + path, timeout=30) as reply:
        return reply.read()


def digests(server, run):
    """SHA-256 of each file that the import must give as DVC does."""
    found = {}
    for path, (task, output, member) in OUTPUTS.items():
        outputs = next(t for t in run["tasks"] if t["name"] == task)["outputs"]
        digest = next(o for o in outputs if o["name"] == output)["digest"]
        if member:
            entries = json.loads(get(server, f"/api/v1/objects/{digest}"))["entries"]
            digest = next(e for e in entries if e["path"] == member)["digest"]
        found[path] = digest.removeprefix("sha256:")
    return found


def run(server, pipeline):
    aku("pipelines", "run", str(pipeline), "--watch", url=server.url, check=False)
    newest = json.loads(get(server, "/api/v1/pipeline-runs"))["runs"][0]
    return json.loads(get(server, f"/api/v1/pipeline-runs/{newest['id']}"))


def test_a_dvc_yaml_gives_the_same_files_here(folder, start_server):
    ours, theirs = folder / "ours", folder / "theirs"
    for place in (ours, theirs):
        write(place, FILES)
    pipeline = ours / "imported" / "pipeline.yaml"
    pipeline.parent.mkdir()
    report = json.loads(
        aku("pipelines", "import", "dvc", str(ours / "dvc.yaml"), "-o", str(pipeline), "--name", "words", "--json").stdout
    )
    assert report["tasks"] == 8
    assert [note["text"] for note in report["not_carried"]][0] == "'plots' of dvc.yaml"
    aku("pipelines", "lint", str(pipeline))
    server = start_server()
    done = run(server, pipeline)
    assert done["state"] == "succeeded", json.dumps(done, indent=1)
    # A real DVC where one is named; else its commands by hand.
    if dvc := os.environ.get("AKU_TEST_DVC"):
        for words in (["init", "--no-scm", "-q"], ["repro", "-q"]):
            subprocess.run([dvc, *words], cwd=theirs, check=True, env={**os.environ, "DVC_NO_ANALYTICS": "1"})
    else:
        path = f"{os.path.dirname(sys.executable)}:{os.environ['PATH']}"
        subprocess.run(["sh", "-ec", BY_HAND], cwd=theirs, check=True, env={**os.environ, "PATH": path})
    expected = {path: hashlib.sha256((theirs / path).read_bytes()).hexdigest() for path in OUTPUTS}
    assert digests(server, done) == expected
    again = run(server, pipeline)
    assert {task["state"] for task in again["tasks"]} == {"cached"}


def test_an_airflow_dag_runs_here_and_what_it_lacks_fails_by_name(folder, start_server):
    write(folder, {"orders.py": DAG})
    pipeline = folder / "orders.yaml"
    result = aku("pipelines", "import", "airflow", str(folder / "orders.py"), "-o", str(pipeline), "--python", sys.executable)
    assert "orders.py:27: not carried over: the template in 'echo {{ ds }}', in task 'later'" in result.stderr
    aku("pipelines", "lint", str(pipeline))
    server = start_server()
    done = run(server, pipeline)
    states = {task["name"]: task["state"] for task in done["tasks"]}
    assert states == {
        "scaled": "succeeded", "word_0": "succeeded", "word_1": "succeeded", "extract": "succeeded",
        "total": "succeeded", "later": "failed",
    }
    log = get(server, f"/api/v1/pipeline-runs/{done['id']}/tasks/total/log").decode()
    assert "total 22.0" in log
    later = next(task for task in done["tasks"] if task["name"] == "later")
    assert "status 64" in later["failure"]["message"] and "{{ ds }}" in later["failure"]["message"]
