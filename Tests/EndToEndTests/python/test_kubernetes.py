"""Tasks as Kubernetes Jobs. The API server is kmock (in memory), every manifest is held against the schemas of
kubernetes-validate, and the pods really run: `podman kube play` is the kubelet, with `aku` in the image."""

import asyncio
import base64
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import threading
import time

import kmock
import kubernetes_validate
import pytest
import yaml

from conftest import BINARY, aku
from test_containers import Podman, begin, log, newest, over, task, wait

NAMESPACE = "ml"
JOBS, PODS, SECRETS = kmock.resource("batch", "v1", "jobs"), kmock.resource("", "v1", "pods"), kmock.resource("", "v1", "secrets")


class Emulator(kmock.KubernetesEmulator):
    """kmock's emulator with server-side apply, which makes what is not there, and with label selectors."""

    async def _handle(self, request):
        kind = request.headers.get("Content-Type", "")
        if request.method == "PATCH" and kind.startswith("application/apply-patch"):
            data = json.loads(request.body)
            key = (request.resource, request.namespace, request.name)
            if key not in self._objects or self._objects[key].deleted:
                data["metadata"]["uid"] = f"uid-{request.name}"
                if key in self._objects:
                    self._objects[key].create(data)
                else:
                    self._objects[key] = data
        return await super()._handle(request)

    async def _serve_list(self, request):
        answer = await super()._serve_list(request)
        wanted = [pair.split("=") for pair in request.params.get("labelSelector", "").split(",") if pair]
        def matches(item):
            return all(item["metadata"].get("labels", {}).get(key) == value for key, value in wanted)
        return {**answer, "items": [item for item in answer["items"] if matches(item)]}


class Cluster:
    """An API server on a thread of its own, and what the tests do as its controllers."""

    def __init__(self, folder: pathlib.Path):
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.port = None
        self.start()
        self.kubeconfig = folder / "kubeconfig"
        self.kubeconfig.write_text(yaml.safe_dump({
            "apiVersion": "v1", "kind": "Config", "current-context": "here",
            "contexts": [{"name": "here", "context": {"cluster": "c", "user": "u", "namespace": NAMESPACE}}],
            "clusters": [{"name": "c", "cluster": {"server": f"http://127.0.0.1:{self.port}"}}],
            "users": [{"name": "u", "user": {"token": "cluster-token"}}],
        }))
        os.environ["AKU_KUBERNETES"] = str(self.kubeconfig)

    def call(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(30)

    def start(self):
        async def enter():
            if self.port is None:
                self.api = Emulator()
                for resource in [JOBS, PODS, SECRETS]:
                    self.api.resources[resource] = {"namespaced": True}
                await self.api.__aenter__()
            self.server = kmock.Server(self.api, port=self.port)
            await self.server.__aenter__()
            self.port = self.server.port
        self.call(enter())

    def stop(self):
        self.call(self.server.__aexit__(None, None, None))

    def objects(self, resource) -> dict[str, dict]:
        async def read():
            return {name: dict(o.raw) for (r, _, name), o in self.api.objects.items() if r == resource and not o.deleted}
        return self.call(read())

    def requests(self) -> list:
        async def read():
            return list(self.api)
        return self.call(read())

    def put(self, resource, name, data):
        async def write():
            self.api.objects[resource, NAMESPACE, name] = data
        self.call(write())

    def patch(self, resource, name, data):
        async def write():
            self.api.objects[resource, NAMESPACE, name].patch(data)
        self.call(write())

    def job(self, seconds=20) -> tuple[str, dict]:
        """The only job, when it is there."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if jobs := self.objects(JOBS):
                return next(iter(jobs.items()))
            time.sleep(0.05)
        raise AssertionError("no job was made")

    def end(self):
        os.environ.pop("AKU_KUBERNETES", None)
        self.stop()
        self.call(self.api.__aexit__(None, None, None))
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)


@pytest.fixture
def cluster(folder):
    cluster = Cluster(folder)
    yield cluster
    cluster.end()


@pytest.fixture(scope="module")
def podman():
    """Podman with an image that has `aku`, a shell and nothing else."""
    if not shutil.which("podman"):
        pytest.fail("Podman is missing: apt install podman runc catatonit busybox-static")
    podman = Podman(pathlib.Path(tempfile.mkdtemp(prefix="aku-kube-")), program=BINARY)
    yield podman
    podman.end()


class Kubelet:
    """Runs the pod of a job by `podman kube play`, as the cluster would, and tells the API server how it ended."""

    def __init__(self, cluster: Cluster, podman: Podman, folder: pathlib.Path):
        self.cluster, self.podman, self.folder = cluster, podman, folder

    def play(self, name: str, job: dict) -> str:
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {**job["spec"]["template"]["metadata"], "name": name},
               "spec": job["spec"]["template"]["spec"]}
        documents = [pod] + [
            {**secret, "metadata": {"name": key}} for key, secret in self.cluster.objects(SECRETS).items() if key == name
        ]
        path = self.folder / f"{name}.yaml"
        path.write_text(yaml.safe_dump_all(reversed(documents)))
        self.podman("kube", "play", "--network", "host", str(path))
        self.cluster.patch(JOBS, name, {"status": {"active": 1, "ready": 1}})
        return f"{name}-task"

    def wait(self, name: str):
        code = int(self.podman("wait", f"{name}-task"))
        state = {"terminated": {"exitCode": code, "reason": "Completed" if code == 0 else "Error"}}
        self.cluster.put(PODS, f"{name}-x", {
            "metadata": {"name": f"{name}-x", "namespace": NAMESPACE, "labels": {"job-name": name}},
            "status": {"containerStatuses": [{"name": "task", "state": state}]},
        })
        kind = "Complete" if code == 0 else "Failed"
        if name in self.cluster.objects(JOBS):
            self.cluster.patch(JOBS, name, {"status": {"active": 0, "ready": 0, "conditions": [{"type": kind, "status": "True"}]}})
        self.podman("pod", "rm", "--force", "--time", "0", name)


@pytest.fixture
def kubelet(cluster, podman, folder):
    return Kubelet(cluster, podman, folder)


FAKE = "registry.example/train@sha256:" + "1" * 64


def pipeline(folder, text, image=FAKE):
    path = folder / "cube.yaml"
    path.write_text("pipeline: cube\nexecutor: kubernetes\n" + text.replace("IMAGE", image))
    return str(path)


ONE = "tasks:\n  a: { run: 'true', image: IMAGE, resources: { cpu: 1.5, memory: 2GiB, gpu: 4, queue: team-a } }\n"


def valid(manifest):
    for version in ["1.30", kubernetes_validate.latest_version()]:
        kubernetes_validate.validate(manifest, version, strict=True)


def test_the_manifests_are_applied_and_valid(start_server, folder, cluster, monkeypatch):
    server = start_server("data", "--auth", "token")
    monkeypatch.setenv("AKU_TOKEN", (server.data / "keys" / "admin.token").read_text().strip())
    aku("pipelines", "apply", pipeline(folder, ONE), url=server.url)
    aku("pipelines", "run", "cube", "--json", url=server.url)
    name, job = cluster.job()
    deadline = time.monotonic() + 10
    while not cluster.objects(SECRETS) and time.monotonic() < deadline:
        time.sleep(0.05)
    secret = cluster.objects(SECRETS)[name]
    valid({**job, "metadata": {k: v for k, v in job["metadata"].items() if k != "uid"}})
    valid(secret)
    applied = [r for r in cluster.requests() if r.method == "PATCH"]
    assert {r.headers["Content-Type"] for r in applied} == {"application/apply-patch+yaml"}
    assert all(r.params["fieldManager"] == "aku" and r.params["force"] == "true" for r in applied)
    assert all(r.headers["Authorization"] == "Bearer cluster-token" for r in cluster.requests())
    assert job["metadata"]["labels"]["kueue.x-k8s.io/queue-name"] == "team-a"
    assert secret["metadata"]["ownerReferences"][0]["uid"] == job["metadata"]["uid"]
    [container] = job["spec"]["template"]["spec"]["containers"]
    assert container["image"] == FAKE
    assert container["resources"]["limits"] == {"cpu": "1500m", "memory": str(2 << 30), "nvidia.com/gpu": "4"}
    assert container["resources"]["limits"] == container["resources"]["requests"]
    environment = {v["name"]: v.get("value", v.get("valueFrom")) for v in container["env"]}
    assert environment["AKU_URL"] == server.url
    assert environment["AKU_TOKEN"] == {"secretKeyRef": {"name": name, "key": "token"}}
    token = base64.b64decode(secret["data"]["token"]).decode()
    assert token and token not in json.dumps(job)


def ended(cluster, name, condition, status):
    metadata = {"name": f"{name}-x", "namespace": NAMESPACE, "labels": {"job-name": name}}
    cluster.put(PODS, f"{name}-x", {"metadata": metadata, "status": status})
    conditions = [{"type": condition, "status": "True", "reason": "BackoffLimitExceeded"}] if condition else []
    cluster.patch(JOBS, name, {"status": {"active": 0 if condition else 1, "conditions": conditions}})


def terminated(**state):
    return {"containerStatuses": [{"name": "task", "state": {"terminated": state}}]}


ENDS = {
    "memory": ("Failed", terminated(exitCode=137, reason="OOMKilled"), "task_out_of_memory", 1),
    "deadline": ("Failed", {"reason": "DeadlineExceeded"}, "task_timeout", 1),
    "image": (
        None,
        {"containerStatuses": [{"name": "task", "state": {"waiting": {"reason": "ImagePullBackOff", "message": "no such image"}}}]},
        "image_unavailable", 1,
    ),
    "program": ("Failed", terminated(exitCode=127, reason="Error"), "task_lost", 5),
    "silence": ("Complete", terminated(exitCode=0, reason="Completed"), "task_lost", 5),
    "eviction": ("Failed", {"reason": "Evicted"}, "task_lost", 5),
}


def test_what_kubernetes_says_of_a_pod_that_told_nothing(start_server, folder, cluster):
    server = start_server()
    begin(server, pipeline(folder, "tasks:\n" + "".join(f"  {end}: {{ run: 'true', image: IMAGE }}\n" for end in ENDS)))
    seen = {}
    deadline = time.monotonic() + 60
    while newest(server)["state"] == "running" and time.monotonic() < deadline:
        for name, job in cluster.objects(JOBS).items():
            if name not in seen:
                seen[name] = job["metadata"]["annotations"]["aku/task"]
                condition, status, *_ = ENDS[seen[name]]
                ended(cluster, name, condition, status)
        time.sleep(0.1)
    run = wait(server, over)
    for end, (_, _, code, attempts) in ENDS.items():
        found = task(run, end)
        jobs = list(seen.values()).count(end)
        assert (found["failure"]["code"], found["attempts"], jobs) == (code, attempts, attempts), found
        assert found["losses"] == (5 if code == "task_lost" else 0)
    deadline = time.monotonic() + 10
    while cluster.objects(JOBS) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert cluster.objects(JOBS) == {}


def test_a_cancelled_run_deletes_its_job(start_server, folder, cluster):
    server = start_server()
    begin(server, pipeline(folder, ONE))
    cluster.job()
    aku("pipelines", "cancel", newest(server)["id"], url=server.url)
    assert wait(server, over)["state"] == "cancelled"
    assert cluster.objects(JOBS) == {}
    bodies = [json.loads(r.body) for r in cluster.requests() if r.method == "DELETE"]
    assert bodies[0]["propagationPolicy"] == "Foreground"


def test_an_api_server_that_is_down_is_waited_for(start_server, folder, cluster):
    server = start_server()
    cluster.stop()
    begin(server, pipeline(folder, ONE))
    time.sleep(3)
    assert task(newest(server), "a")["state"] == "running"
    cluster.start()
    name, _ = cluster.job()
    ended(cluster, name, "Failed", terminated(exitCode=137, reason="OOMKilled"))
    assert task(wait(server, over), "a")["failure"]["code"] == "task_out_of_memory"


PAIR = """
network: any
code: [code]
tasks:
  a:
    image: IMAGE
    run: "echo began; cat code/code/word; sleep SECONDS; mkdir ${outputs.x}; echo made > ${outputs.x}/f; (echo > /x) 2>/dev/null || echo fixed"
    outputs: [x]
    resources: { memory: 1GiB }
  b:
    image: IMAGE
    inputs: { x: a.x }
    run: cat ${inputs.x}/f
"""


@pytest.fixture
def pair(folder, podman):
    (folder / "code").mkdir()
    (folder / "code" / "word").write_text("a word\n")
    return lambda seconds: pipeline(folder, PAIR.replace("SECONDS", str(seconds)), podman.image)


def next_job(cluster, seen, seconds=30):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        for name, job in cluster.objects(JOBS).items():
            if name not in seen:
                seen.add(name)
                return name, job
        time.sleep(0.05)
    raise AssertionError("no further job was made")


def test_the_same_pods_really_run_and_their_outputs_come_home(start_server, cluster, kubelet, pair):
    server = start_server()
    begin(server, pair(0))
    seen = set()
    for _ in range(2):
        name, job = next_job(cluster, seen)
        kubelet.play(name, job)
        kubelet.wait(name)
    run = wait(server, over)
    assert (run["state"], [t["attempts"] for t in run["tasks"]]) == ("succeeded", [1, 1]), run
    assert log(server, run, "a") == "began\na word\nfixed\n"
    assert log(server, run, "b") == "made\n"


def test_a_pod_outlives_the_server_and_its_job_is_adopted(start_server, cluster, kubelet, pair):
    server = start_server()
    port = server.url.rsplit(":", 1)[1]
    begin(server, pair(5))
    seen = set()
    name, job = next_job(cluster, seen)
    kubelet.play(name, job)
    wait(server, lambda run: "began" in log(server, run, "a"))
    server.kill()
    time.sleep(1)
    again = start_server("data", "--port", port)
    kubelet.wait(name)
    second, job = next_job(cluster, seen)
    kubelet.play(second, job)
    kubelet.wait(second)
    run = wait(again, over)
    assert (run["state"], [(t["attempts"], t["losses"]) for t in run["tasks"]]) == ("succeeded", [(1, 0), (1, 0)])
    assert log(again, run, "a") == "began\na word\nfixed\n"
