"""The JSON Schema of pipeline files and `aku pipelines lint` agree: what one takes the other takes, what the schema
refuses lint refuses, and lint says where."""

import json

import jsonschema
import pytest
import yaml

from conftest import ROOT, aku

PIPELINES = sorted((ROOT / "mlops" / "pipelines").glob("*.yaml"))

GOOD = {
    "least": "pipeline: p\ntasks: { a: { run: true } }",
    "names of digits": "pipeline: 7\ntasks: { a: { run: echo 1, outputs: [b.c], cache: false } }",
    "defaults of every type": """
pipeline: p
description:
parameters:
  s: { type: string, default: 3 }
  i: { type: integer, default: 3 }
  n: { type: number, default: 3 }
  b: { type: boolean, default: false }
  l: { type: list, default: [a, 1, 2.5] }
  r: { type: string, description: required }
tasks:
  a: { run: "echo ${params.r}" }
""",
    "everything of a task": """
pipeline: p
tasks:
  a: { run: 'echo > ${outputs.x}', outputs: [x] }
  b:
    run: cat ${inputs.x}
    inputs: { x: a.x }
    after: [a]
    retries: { limit: 100, backoff_seconds: 0.5 }
    timeout_seconds: 604800
    environment: { A_1: 1, B: , C: text }
    code: []
    when: "inputs.x.accuracy >= 0.9 and tasks.a.state == 'succeeded'"
    join: any
""",
    "maps": """
pipeline: p
parameters: { l: { type: list, default: [a, b] } }
tasks:
  a: { run: 'echo ${map.item} > ${outputs.o}', map: { over: params.l, limit: 100000 }, outputs: [o] }
  b: { run: 'cat ${map.item}; echo ${map.key} ${map.index}', map: { shards: a.o } }
""",
    "operators": """
pipeline: p
parameters: { n: { type: integer, default: 3 } }
tasks:
  a: { run: 'echo > ${outputs.x}', outputs: [x] }
  b: { uses: shard, with: { count: "${params.n}" }, inputs: { x: a.x }, outputs: [y] }
  c: { uses: concat, inputs: { x: a.x, y: b.y }, outputs: [z], with: { match: ["*"], lines: true } }
  d: { uses: pick, with: { match: "**/0*" }, inputs: { y: b.y }, outputs: [z] }
  e: { uses: assert, with: { that: /a >= 0.5 }, inputs: { z: c.z }, retries: { limit: 1 } }
  f: { uses: noop, after: [e] }
""",
}

# What both refuse, with the code and the place that lint gives.
BAD = {
    "unknown key": ("pipeline: p\nstage: 1\ntasks: { a: { run: x } }", "pipeline_unknown_key", 2, 1),
    "unknown key of a task": ("pipeline: p\ntasks:\n  a: { run: x, input: {} }", "pipeline_unknown_key", 3, 16),
    "unknown key of retries": ("pipeline: p\ntasks:\n  a: { run: x, retries: { times: 1 } }", "pipeline_unknown_key", 3, 27),
    "unknown key of a parameter": (
        "pipeline: p\nparameters: { x: { type: string, min: 1 } }\ntasks: { a: { run: x } }", "pipeline_unknown_key", 2, 34,
    ),
    "no name": ("tasks: { a: { run: x } }", "pipeline_missing_key", 1, 1),
    "no tasks": ("pipeline: p", "pipeline_missing_key", 1, 1),
    "empty tasks": ("pipeline: p\ntasks: {}", "pipeline_missing_key", 2, 8),
    "no command": ("pipeline: p\ntasks:\n  a: { cache: true }", "pipeline_missing_key", 3, 3),
    "no type": ("pipeline: p\nparameters: { x: { default: 1 } }\ntasks: { a: { run: x } }", "pipeline_missing_key", 2, 15),
    "a list of tasks": ("pipeline: p\ntasks: [a]", "pipeline_wrong_type", 2, 8),
    "a name with a space": ("pipeline: p q\ntasks: { a: { run: x } }", "pipeline_invalid_value", 1, 11),
    "a task called -": ("pipeline: p\ntasks:\n  -a: { run: x }", "pipeline_invalid_value", 3, 3),
    "cache: maybe": ("pipeline: p\ntasks:\n  a: { run: x, cache: maybe }", "pipeline_wrong_type", 3, 23),
    "no such type": ("pipeline: p\nparameters: { x: { type: text } }\ntasks: { a: { run: x } }", "pipeline_invalid_value", 2, 26),
    "default of another type": (
        "pipeline: p\nparameters: { x: { type: integer, default: a } }\ntasks: { a: { run: x } }", "pipeline_wrong_type", 2, 44,
    ),
    "a comma in a list": (
        'pipeline: p\nparameters: { x: { type: list, default: ["a,b"] } }\ntasks: { a: { run: x } }', "pipeline_wrong_type", 2, 41,
    ),
    "no time": ("pipeline: p\ntasks:\n  a: { run: x, timeout_seconds: 0 }", "pipeline_invalid_value", 3, 33),
    "too many retries": ("pipeline: p\ntasks:\n  a: { run: x, retries: { limit: 101 } }", "pipeline_invalid_value", 3, 34),
    "negative back-off": (
        "pipeline: p\ntasks:\n  a: { run: x, retries: { backoff_seconds: -1 } }", "pipeline_invalid_value", 3, 44,
    ),
    "an input without output": ("pipeline: p\ntasks:\n  a: { run: x, inputs: { y: b } }", "pipeline_invalid_value", 3, 29),
    "an output twice": ("pipeline: p\ntasks:\n  a: { run: x, outputs: [y, y] }", "pipeline_duplicate_name", 3, 29),
    "an output in a folder": ("pipeline: p\ntasks:\n  a: { run: x, outputs: [a/b] }", "pipeline_invalid_value", 3, 26),
    "a variable of ours": (
        "pipeline: p\ntasks:\n  a: { run: x, environment: { AKU_URL: x } }", "pipeline_invalid_value", 3, 31,
    ),
    "a map over nothing": ("pipeline: p\ntasks:\n  a: { run: x, map: { limit: 3 } }", "pipeline_missing_key", 3, 21),
    "a map over two": (
        "pipeline: p\ntasks:\n  a: { run: x, map: { over: b.o, shards: b.o } }\n  b: { run: x, outputs: [o] }",
        "pipeline_invalid_value", 3, 21,
    ),
    "a map of too many": ("pipeline: p\ntasks:\n  a: { run: x, map: { over: b.o, limit: 100001 } }\n  b: { run: x, outputs: [o] }", "pipeline_invalid_value", 3, 41),
    "a priority without bounds": ("pipeline: p\ntasks:\n  a: { run: x, priority: 1001 }", "pipeline_invalid_value", 3, 26),
    "a pool with a space": ("pipeline: p\ntasks:\n  a: { run: x, pool: a b }", "pipeline_invalid_value", 3, 22),
    "no such join": ("pipeline: p\ntasks:\n  a: { run: x, join: some }", "pipeline_invalid_value", 3, 22),
    "a list for a condition": ("pipeline: p\ntasks:\n  a: { run: x, when: [true] }", "pipeline_wrong_type", 3, 22),
    "absolute code": ("pipeline: p\ncode: [/etc/passwd]\ntasks: { a: { run: x } }", "pipeline_invalid_value", 2, 8),
    "code without a name": ("pipeline: p\ncode: [a/..]\ntasks: { a: { run: x } }", "pipeline_invalid_value", 2, 8),
    "an empty command": ('pipeline: p\ntasks:\n  a: { run: "" }', "pipeline_invalid_value", 3, 13),
    "no such operator": ("pipeline: p\ntasks:\n  a: { uses: nop }", "pipeline_undefined_operator", 3, 14),
    "an operator and a command": ("pipeline: p\ntasks:\n  a: { uses: noop, run: x }", "pipeline_invalid_value", 3, 25),
    "arguments of a command": ("pipeline: p\ntasks:\n  a: { run: x, with: { a: 1 } }", "pipeline_invalid_value", 3, 22),
    "an argument that the operator does not have": (
        "pipeline: p\ntasks:\n  a: { uses: noop, with: { a: 1 } }", "pipeline_unknown_key", 3, 28,
    ),
    "an operator without its argument": (
        "pipeline: p\ntasks:\n  a: { uses: pick, inputs: { x: b.x }, outputs: [y] }\n  b: { run: x, outputs: [x] }",
        "pipeline_missing_key", 3, 14,
    ),
}

# What only lint can know.
LINT_ONLY = {
    "a map over a parameter that is no list": (
        "pipeline: p\nparameters: { n: { type: integer, default: 1 } }\ntasks: { a: { run: x, map: { over: params.n } } }",
        "pipeline_wrong_type", 3, 28,
    ),
    "a condition that ends too early": (
        "pipeline: p\ntasks:\n  a: { run: x, when: 1 == }", "pipeline_invalid_condition", 3, 26,
    ),
    "a condition on a parameter that is not there": (
        "pipeline: p\ntasks:\n  a:\n    run: x\n    when: true or params.go", "pipeline_invalid_condition", 5, 19,
    ),
    "cycle": ("pipeline: p\ntasks:\n  a: { run: x, after: [b] }\n  b: { run: x, after: [a] }", "pipeline_cycle", 3, 3),
    "undefined parameter": ("pipeline: p\ntasks:\n  a: { run: 'x ${params.y}' }", "pipeline_undefined_parameter", 3, 3),
    "code that is not there": ("pipeline: p\ncode: [nowhere]\ntasks: { a: { run: x } }", "pipeline_code_missing", 2, 8),
}


@pytest.fixture(scope="module")
def schema():
    document = json.loads(aku("pipelines", "schema").stdout)
    jsonschema.Draft202012Validator.check_schema(document)
    return jsonschema.Draft202012Validator(document)


def lint(path):
    result = aku("pipelines", "lint", str(path), "--json", check=False)
    findings = json.loads(result.stdout)
    assert result.returncode == (1 if findings else 0)
    return findings


@pytest.mark.parametrize("path", PIPELINES, ids=lambda path: path.name)
def test_shipped_pipelines_are_good_for_both(schema, path):
    assert [error.message for error in schema.iter_errors(yaml.safe_load(path.read_text()))] == []
    assert lint(path) == []


@pytest.mark.parametrize("name", GOOD)
def test_good_files_are_good_for_both(schema, tmp_path, name):
    (tmp_path / "p.yaml").write_text(GOOD[name])
    assert lint(tmp_path / "p.yaml") == []
    assert [error.message for error in schema.iter_errors(yaml.safe_load(GOOD[name]))] == []


@pytest.mark.parametrize("name", BAD)
def test_broken_files_are_refused_by_both(schema, tmp_path, name):
    text, code, line, column = BAD[name]
    (tmp_path / "p.yaml").write_text(text)
    found = lint(tmp_path / "p.yaml")
    assert (code, line, column) in [(f["code"], f["line"], f["column"]) for f in found], found
    assert not schema.is_valid(yaml.safe_load(text))


@pytest.mark.parametrize("name", LINT_ONLY)
def test_what_only_lint_knows(schema, tmp_path, name):
    text, code, line, column = LINT_ONLY[name]
    (tmp_path / "p.yaml").write_text(text)
    found = lint(tmp_path / "p.yaml")
    assert [(f["code"], f["line"], f["column"]) for f in found] == [(code, line, column)]
    assert schema.is_valid(yaml.safe_load(text))


def test_lint_says_everything_and_goes_on_after_a_file_that_is_not_there(tmp_path):
    (tmp_path / "p.yaml").write_text("pipeline: p\nstage: 1\ntasks:\n  a: { cache: 3 }\n")
    result = aku("pipelines", "lint", str(tmp_path / "nowhere.yaml"), str(tmp_path / "p.yaml"), check=False)
    assert result.returncode == 1
    lines = result.stdout.splitlines()
    assert lines[0].startswith(f"{tmp_path}/nowhere.yaml:1:1: file_missing: ")
    assert [line.removeprefix(f"{tmp_path}/p.yaml:").split(" ")[:2] for line in lines[1:]] == [
        ["2:1:", "pipeline_unknown_key:"],
        ["4:3:", "pipeline_missing_key:"],
    ]
