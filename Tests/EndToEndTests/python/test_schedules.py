"""Schedules are previewed, listed, paused and backfilled from the command line."""

import json

from conftest import aku

NIGHTLY = """
pipeline: nightly
parameters:
  day: { type: string, default: none }
schedule:
  cron: "30 2 * * *"
  timezone: Europe/Madrid
  catch_up: none
  parameters: { day: "${schedule.date}" }
tasks:
  report:
    run: echo ${params.day} > ${outputs.report}
    outputs: [report]
"""


def test_preview_backfill_and_pause(start_server, folder):
    file = folder / "nightly.yaml"
    file.write_text(NIGHTLY)

    preview = json.loads(
        aku("pipelines", "schedules", "preview", str(file), "--from", "2026-10-24", "--count", "3", "--json").stdout
    )
    assert [time["local_time"] for time in preview[0]["times"]] == [
        "2026-10-24T02:30:00+02:00",
        "2026-10-25T02:30:00+02:00",
        "2026-10-26T02:30:00+01:00",
    ]
    assert preview[0]["parameters"] == {"day": "2026-10-24"}

    server = start_server()
    aku("pipelines", "apply", str(file), url=server.url)
    span = ["pipelines", "backfill", "nightly", "--from", "2026-03-28", "--to", "2026-03-30"]
    plan = json.loads(aku(*span, "--dry-run", "--json", url=server.url).stdout)
    assert plan["state"] == "planned"
    assert len(plan["times"]) == 3

    done = json.loads(aku(*span, "--parallel", "2", "--watch", "--json", url=server.url).stdout)
    assert done["state"] == "succeeded"
    runs = [json.loads(aku("pipelines", "runs", time["run_id"], "--json", url=server.url).stdout) for time in done["times"]]
    assert [run["parameters"]["day"] for run in runs] == ["2026-03-28", "2026-03-29", "2026-03-30"]
    assert [run["logical_time"] for run in runs] == [time["time"] for time in done["times"]]
    assert {run["backfill_id"] for run in runs} == {done["id"]}

    again = aku(*span, url=server.url, check=False)
    assert again.returncode != 0
    assert "--again" in again.stderr
    assert done["id"] in aku("pipelines", "backfills", url=server.url).stdout

    schedules = json.loads(aku("pipelines", "schedules", "--json", url=server.url).stdout)["schedules"]
    assert len(schedules[0]["next"]) == 5
    assert schedules[0]["last"]["run_id"] == done["times"][2]["run_id"]
    aku("pipelines", "schedule", "pause", "nightly", url=server.url)
    assert "paused by" in aku("pipelines", "schedules", url=server.url).stdout
    aku("pipelines", "schedule", "resume", "nightly", url=server.url)
    assert "paused" not in aku("pipelines", "schedules", url=server.url).stdout


def test_a_day_that_never_comes_is_refused_with_its_place(folder):
    file = folder / "never.yaml"
    file.write_text("pipeline: p\nschedule:\n  cron: 0 0 31 2 *\n  timezone: Europe/Madird\ntasks: { a: { run: x } }\n")
    lint = aku("pipelines", "lint", str(file), check=False)
    assert lint.returncode == 1
    assert ":3:9: schedule_never_fires:" in lint.stdout
    assert ":4:13: schedule_unknown_zone:" in lint.stdout
    assert "Did you mean 'Europe/Madrid'?" in lint.stdout
