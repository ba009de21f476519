import Foundation
import Primitives
import Storage

/// The Job of one attempt, and the Secret with its token.
struct KubernetesManifest: Sendable {
    /// Seconds on top of a task's own time limit, which its runner holds: for the image, fetching, digests and the commit.
    static let marginSeconds = 1800
    /// Seconds that the cluster keeps a finished job which no server removed.
    static let keptSeconds: Int64 = 86_400

    let order: AttemptOrder
    let namespace: String
    /// Where a pod reaches the server.
    let serverURL: String
    let hasToken: Bool

    private var id: AttemptID { AttemptID(order) }

    /// A DNS label: ids and names of tasks may hold what it may not.
    static func name(_ id: AttemptID) -> String {
        "aku-" + String(Digest.sha256(of: Data(id.text.utf8)).description.split(separator: ":").last ?? "").prefix(40)
    }

    /// The Job.
    var job: JSONValue {
        var labels: [String: JSONValue] = ["app.kubernetes.io/managed-by": "aku"]
        let annotations: JSONValue = [
            "aku/run": .string(order.run), "aku/task": .string(order.task), "aku/pipeline": .string(order.pipeline),
            "aku/attempt": .string(String(order.attempt)),
        ]
        let podLabels = labels
        if let queue = order.placement.resources.queue { labels["kueue.x-k8s.io/queue-name"] = .string(queue) }
        return [
            "apiVersion": "batch/v1", "kind": "Job",
            "metadata": [
                "name": .string(Self.name(id)), "namespace": .string(namespace), "labels": .object(labels),
                "annotations": annotations,
            ],
            "spec": [
                // Repetitions are the platform's matter: each is an attempt of its own.
                "backoffLimit": 0, "completions": 1, "parallelism": 1,
                "ttlSecondsAfterFinished": .integer(Self.keptSeconds),
                "template": [
                    "metadata": ["labels": .object(podLabels), "annotations": annotations],
                    "spec": pod,
                ],
            ],
        ]
    }

    /// The pod's specification.
    var pod: JSONValue {
        [
            "restartPolicy": "Never", "automountServiceAccountToken": false, "enableServiceLinks": false,
            "activeDeadlineSeconds": .integer(Int64(order.timeoutSeconds + Self.marginSeconds)),
            "terminationGracePeriodSeconds": 30,
            "securityContext": ["seccompProfile": ["type": "RuntimeDefault"]],
            "containers": [container],
            "volumes": [["name": "work", "emptyDir": [:]], ["name": "tmp", "emptyDir": [:]]],
        ]
    }

    /// The token, owned by the Job and so removed with it.
    func secret(token: String, jobUID: String) -> JSONValue {
        let name = Self.name(id)
        return [
            "apiVersion": "v1", "kind": "Secret", "type": "Opaque",
            "metadata": [
                "name": .string(name), "namespace": .string(namespace),
                "labels": ["app.kubernetes.io/managed-by": "aku"],
                "ownerReferences": [
                    ["apiVersion": "batch/v1", "kind": "Job", "name": .string(name), "uid": .string(jobUID)]
                ],
            ],
            "data": ["token": .string(Data(token.utf8).base64EncodedString())],
        ]
    }

    private var container: JSONValue {
        var environment: [JSONValue] = [
            ["name": "AKU_URL", "value": .string(serverURL)], ["name": "TMPDIR", "value": "/tmp"],
            ["name": "HOME", "value": "/tmp"],
        ]
        if hasToken {
            environment.append([
                "name": "AKU_TOKEN",
                "valueFrom": ["secretKeyRef": ["name": .string(Self.name(id)), "key": "token"]],
            ])
        }
        var container: [String: JSONValue] = [
            "name": "task", "image": .string(order.placement.image ?? ""), "imagePullPolicy": "IfNotPresent",
            "command": .array(
                [
                    "aku", "task", "run", "--run", order.run, "--task", order.task, "--attempt",
                    String(order.attempt), "--work", "/task", "--keep-path",
                ].map(JSONValue.string)
            ),
            "env": .array(environment), "workingDir": "/task",
            "securityContext": [
                "allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "capabilities": ["drop": ["ALL"]],
            ],
            "volumeMounts": [["name": "work", "mountPath": "/task"], ["name": "tmp", "mountPath": "/tmp"]],
        ]
        let resources = limits
        if !resources.isEmpty {
            // Equal requests and limits: nothing else on the node takes what the task was promised.
            container["resources"] = ["limits": .object(resources), "requests": .object(resources)]
        }
        return .object(container)
    }

    private var limits: [String: JSONValue] {
        let resources = order.placement.resources
        var out: [String: JSONValue] = [:]
        if let cpu = resources.cpu { out["cpu"] = .string("\(Int64((cpu * 1000).rounded(.up)))m") }
        if let memory = resources.memoryBytes { out["memory"] = .string(String(memory)) }
        if let gpu = resources.gpu, gpu > 0 { out["nvidia.com/gpu"] = .string(String(gpu)) }
        return out
    }
}
