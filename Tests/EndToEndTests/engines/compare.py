"""Runs one exported pipeline on Aku's own engine, on Prefect and on Airflow, each against a server with an empty store, and
compares what the API says: the same states, identities and digests everywhere."""

import argparse
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[3]
BINARY = pathlib.Path(os.environ.get("AKU_BINARY", ROOT / ".build" / "debug" / "aku"))
PIPELINE = ROOT / "Tests" / "Fixtures" / "pipeline-export" / "demo.yaml"
PARAMETERS = {"seed": 23, "words": ["three", "four"]}


class Server:
    """`aku up` over an empty folder."""

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory()
        self.process = subprocess.Popen(
            [str(BINARY), "up", "--data", f"{self.folder.name}/data", "--port", "0", "--python", sys.executable, "--json"],
            stdout=subprocess.PIPE, stderr=open(f"{self.folder.name}/log", "wb"), stdin=subprocess.DEVNULL,
        )
        self.url = json.loads(self.process.stdout.readline())["url"]
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)
        self.folder.cleanup()

    def get(self, path):
        with urllib.request.urlopen(self.url + path, timeout=30) as reply:
            return json.load(reply)

    def run(self, engine):
        """The one run of an engine, as the console's API tells it."""
        runs = [r for r in self.get("/api/v1/pipeline-runs")["runs"] if r["engine"] == engine]
        assert len(runs) == 1, runs
        return self.get(f"/api/v1/pipeline-runs/{runs[0]['id']}")


def environment(server, **more):
    path = f"{BINARY.parent}:{os.environ['PATH']}"
    return {**os.environ, "AKU_URL": server.url, "AKU_PYTHON": sys.executable, "PATH": path, **more}


def aku(server, *arguments):
    subprocess.run([str(BINARY), *arguments], check=True, env=environment(server), stdout=subprocess.DEVNULL)


def own(server, _):
    parameters = [f"seed={PARAMETERS['seed']}", f"words={','.join(PARAMETERS['words'])}"]
    aku(server, "pipelines", "run", str(PIPELINE), "-p", parameters[0], "-p", parameters[1], "--watch", "--json")
    return server.run("aku")


def prefect(server, engines):
    with tempfile.TemporaryDirectory() as folder:
        aku(server, "pipelines", "export", str(PIPELINE), "--engine", "prefect", "--out", f"{folder}/flow.py")
        subprocess.run(
            [str(engines / "prefect/bin/python"), f"{folder}/flow.py", json.dumps(PARAMETERS)],
            check=True, timeout=540,
            env=environment(
                server, PREFECT_HOME=folder, PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS="300",
                PREFECT_SERVER_ANALYTICS_ENABLED="false",
            ),
        )
    return server.run("prefect")


def airflow(server, engines):
    with tempfile.TemporaryDirectory() as folder:
        dags = pathlib.Path(folder, "dags")
        dags.mkdir()
        aku(server, "pipelines", "export", str(PIPELINE), "--engine", "airflow", "--out", str(dags / "demo.py"))
        variables = environment(
            server, AIRFLOW_HOME=folder, AIRFLOW__CORE__DAGS_FOLDER=str(dags), AIRFLOW__CORE__LOAD_EXAMPLES="False",
            PATH=f"{BINARY.parent}:{engines / 'airflow/bin'}:{os.environ['PATH']}",
        )
        command = str(engines / "airflow/bin/airflow")
        subprocess.run([command, "db", "migrate"], check=True, env=variables, stdout=subprocess.DEVNULL, timeout=300)
        subprocess.run([command, "dags", "reserialize"], check=True, env=variables, stdout=subprocess.DEVNULL, timeout=300)
        subprocess.run(
            [command, "dags", "test", "demo.pipeline", "--conf", json.dumps(PARAMETERS)],
            check=True, env=variables, timeout=540,
        )
    return server.run("airflow")


def facts(run):
    """What must be equal on every engine."""
    return {
        "state": run["state"],
        "parameters": run["parameters"],
        "tasks": {
            task["name"]: {
                "state": task["state"], "identity": task["identity"], "attempts": task["attempts"],
                "outputs": {output["name"]: output["digest"] for output in task["outputs"]},
            }
            for task in run["tasks"]
        },
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--engines", type=pathlib.Path, required=True)
    parser.add_argument("names", nargs="*", default=["prefect", "airflow"])
    arguments = parser.parse_args()
    known = {}
    for name, execute in [("aku", own), *((n, {"prefect": prefect, "airflow": airflow}[n]) for n in arguments.names)]:
        with Server() as server:
            began = time.monotonic()
            run = execute(server, arguments.engines)
            known[name] = facts(run)
            print(f"==> {name}: {run['state']} in {time.monotonic() - began:.1f} s, run {run['id']}", flush=True)
            # A second engine's run of the same pipeline is answered from the first one's cache.
            if name != "aku":
                again = own(server, arguments.engines)
                states = {task["name"]: task["state"] for task in again["tasks"]}
                assert set(states.values()) == {"cached"}, states
    print(json.dumps(known["aku"], indent=1))
    for name, found in known.items():
        assert found == known["aku"], f"{name} differs:\n{json.dumps(found, indent=1)}"
    print(f"==> {', '.join(known)}: the same states, identities and digests")


if __name__ == "__main__":
    main()
