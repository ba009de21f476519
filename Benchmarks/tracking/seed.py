"""The same runs and the same metric history in both servers: Aku through its API, MLflow straight into its SQLite."""

import concurrent.futures
import json
import random
import sqlite3
import threading

from wire import API, Connection

START = 1700000000000


def rows(count: int):
    """Run by run: ten metrics, five params and three tags, from a fixed seed."""
    chance = random.Random(7)
    for number in range(count):
        metrics = [chance.random() for _ in range(10)]
        params = [f"v{chance.randrange(10)}" for _ in range(5)]
        yield number, metrics, params, [str(number % 7)] * 3


def experiment_name(count: int) -> str:
    return f"search {count}"


def aku_runs(url: str, count: int) -> None:
    """Creates the runs with two requests each, over four connections."""
    experiment = Connection(url).experiment(experiment_name(count))
    local = threading.local()

    def write(row):
        number, metrics, params, tags = row
        if not hasattr(local, "connection"):
            local.connection = Connection(url)
        made = local.connection.post(
            "runs/create", {"experiment_id": experiment, "start_time": START + number, "run_name": f"r{number}"}
        )
        body = {
            "run_id": made["run"]["info"]["run_id"],
            "metrics": [
                {"key": f"m{k}", "value": value, "timestamp": START + number, "step": 0} for k, value in enumerate(metrics)
            ],
            "params": [{"key": f"p{k}", "value": value} for k, value in enumerate(params)],
            "tags": [{"key": f"t{k}", "value": value} for k, value in enumerate(tags)],
        }
        local.connection.raw("POST", API + "runs/log-batch", json.dumps(body).encode())

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for _ in pool.map(write, rows(count), chunksize=64):
            pass


def insert(database: sqlite3.Connection, table: str, columns: str, values) -> None:
    marks = ", ".join("?" for _ in columns.split(","))
    database.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", values)


def mlflow_experiment(database: sqlite3.Connection, name: str) -> int:
    columns = "name, artifact_location, lifecycle_stage, creation_time, last_update_time, workspace"
    insert(database, "experiments", columns, [(name, "", "active", START, START, "default")])
    number = database.execute("SELECT experiment_id FROM experiments WHERE name = ?", (name,)).fetchone()[0]
    database.execute(
        "UPDATE experiments SET artifact_location = ? WHERE experiment_id = ?", (f"mlflow-artifacts:/{number}", number)
    )
    return number


def mlflow_run(run: str, experiment: int, name: str, start: int) -> tuple:
    location = f"mlflow-artifacts:/{experiment}/{run}/artifacts"
    return (run, name, "UNKNOWN", "", "", "", "RUNNING", start, "", "active", location, experiment)


RUN_COLUMNS = (
    "run_uuid, name, source_type, source_name, entry_point_name, user_id, status, start_time, source_version, "
    "lifecycle_stage, artifact_uri, experiment_id"
)
METRIC_COLUMNS = "run_uuid, key, value, timestamp, step, is_nan"


def mlflow_runs(path, count: int) -> None:
    """Inserts the runs as the server would have stored them."""
    database = sqlite3.connect(path)
    experiment = mlflow_experiment(database, experiment_name(count))
    for number, metrics, params, tags in rows(count):
        run = f"{count:012x}{number:020x}"
        insert(database, "runs", RUN_COLUMNS, [mlflow_run(run, experiment, f"r{number}", START + number)])
        points = [(run, f"m{k}", value, START + number, 0, 0) for k, value in enumerate(metrics)]
        insert(database, "metrics", METRIC_COLUMNS, points)
        insert(database, "latest_metrics", METRIC_COLUMNS, points)
        insert(database, "params", "run_uuid, key, value", [(run, f"p{k}", value) for k, value in enumerate(params)])
        named = [(run, f"t{k}", value) for k, value in enumerate(tags)] + [(run, "mlflow.runName", f"r{number}")]
        insert(database, "tags", "run_uuid, key, value", named)
    database.commit()
    database.close()


def history_points(begin: int, end: int):
    for step in range(begin, end):
        yield step * 0.5, START + step, step


def aku_history(url: str, count: int) -> str:
    """Writes one metric's history in batches of 1,000 and returns the run."""
    connection = Connection(url)
    run = connection.run(connection.experiment("history"))
    for begin in range(0, count, 1000):
        points = ",".join(
            f'{{"key":"h","value":{value},"timestamp":{at},"step":{step}}}'
            for value, at, step in history_points(begin, min(count, begin + 1000))
        )
        connection.raw("POST", API + "runs/log-batch", f'{{"run_id":"{run}","metrics":[{points}]}}'.encode())
    return run


def mlflow_history(path, count: int) -> str:
    """Inserts one metric's history and returns the run."""
    run = "f" * 32
    database = sqlite3.connect(path)
    insert(database, "runs", RUN_COLUMNS, [mlflow_run(run, mlflow_experiment(database, "history"), "history", START)])
    points = [(run, "h", value, at, step, 0) for value, at, step in history_points(0, count)]
    insert(database, "metrics", METRIC_COLUMNS, points)
    insert(database, "latest_metrics", METRIC_COLUMNS, points[-1:])
    database.commit()
    database.close()
    return run
