import Foundation
import NIOHTTP1
import Primitives

/// Jobs of a Kubernetes cluster, one pod each. The pod calls `aku task run`, which its image must have; it fetches, runs,
/// uploads and tells the outcome. What Kubernetes says of a job counts only where the pod could tell nothing.
struct KubernetesExecutor: TaskExecutor {
    let api: KubernetesAPI
    /// Where pods reach the server.
    let serverURL: String

    var survivesServer: Bool { true }
    var interval: Duration { .seconds(2) }

    /// Who owns the fields that we apply.
    static let manager = "aku"

    func submit(_ submission: Submission) async throws -> String {
        let name = KubernetesManifest.name(submission.id)
        let manifest = KubernetesManifest(
            order: submission.order,
            namespace: api.settings.namespace,
            serverURL: serverURL,
            hasToken: submission.token != nil
        )
        // One that is there already keeps what it was made with: a job's template cannot change.
        var job = try await api.send(.GET, "\(jobs)/\(name)")
        if job.status == 404 { job = try await apply("\(jobs)/\(name)", manifest.job) }
        if let token = submission.token {
            let uid = job.json["metadata"]?["uid"]?.stringValue ?? ""
            _ = try await apply("\(core)/secrets/\(name)", manifest.secret(token: token, jobUID: uid))
        }
        return name
    }

    func observe(_ id: AttemptID) async throws -> Observation {
        let name = KubernetesManifest.name(id)
        let answer = try await api.send(.GET, "\(jobs)/\(name)")
        if answer.status == 404 { return .unknown }
        let status = answer.json["status"]
        for condition in status?["conditions"]?.elements ?? [] where condition["status"]?.stringValue == "True" {
            if ["Complete", "Failed"].contains(condition["type"]?.stringValue) {
                return .ended(try await outcome(id, name, condition))
            }
        }
        if answer.json["metadata"]?["deletionTimestamp"] != nil { return .running }
        if status?["ready"]?.integerValue ?? 0 > 0 { return .running }
        guard status?["active"]?.integerValue ?? 0 > 0 else { return .queued }
        return try await waiting(name)
    }

    func logs(_ id: AttemptID, from offset: Int64, limit: Int) async throws -> Data {
        guard let pod = try await pods(KubernetesManifest.name(id)).last?["metadata"]?["name"]?.stringValue else {
            return Data()
        }
        // The API has no offset: what was read already is read again and left out.
        let end = String(offset + Int64(limit))
        let answer = try await api.send(
            .GET,
            "\(core)/pods/\(pod)/log",
            query: [("container", "task"), ("limitBytes", end)]
        )
        return answer.status == 404 ? Data() : answer.body.dropFirst(Int(offset))
    }

    func cancel(_ id: AttemptID, force: Bool) async throws {
        let name = KubernetesManifest.name(id)
        if force {
            for pod in try await pods(name) {
                guard let pod = pod["metadata"]?["name"]?.stringValue else { continue }
                _ = try await api.send(.DELETE, "\(core)/pods/\(pod)", body: Self.options("Background", grace: 0))
            }
        }
        _ = try await api.send(.DELETE, "\(jobs)/\(name)", body: Self.options("Foreground"))
    }

    func adopt() async throws -> [AttemptID] {
        let query = [("labelSelector", "app.kubernetes.io/managed-by=\(Self.manager)")]
        let answer = try await api.send(.GET, jobs, query: query)
        return (answer.json["items"]?.elements ?? []).compactMap { job in
            let notes = job["metadata"]?["annotations"]
            guard let run = notes?["aku/run"]?.stringValue, let task = notes?["aku/task"]?.stringValue,
                let attempt = notes?["aku/attempt"]?.stringValue.flatMap({ Int($0) })
            else { return nil }
            return AttemptID(run: run, task: task, attempt: attempt)
        }
    }

    func reap(_ id: AttemptID) async {
        let name = KubernetesManifest.name(id)
        _ = try? await api.send(.DELETE, "\(jobs)/\(name)", body: Self.options("Background"))
    }

    // MARK: - Parts

    private var core: String { "/api/v1/namespaces/\(api.settings.namespace)" }
    private var jobs: String { "/apis/batch/v1/namespaces/\(api.settings.namespace)/jobs" }

    /// Server-side apply: makes what is not there, and changes nothing where it is as said.
    private func apply(_ path: String, _ object: JSONValue) async throws -> KubernetesAPI.Answer {
        let answer = try await api.send(
            .PATCH,
            path,
            query: [("fieldManager", Self.manager), ("force", "true")],
            body: object,
            type: "application/apply-patch+yaml"
        )
        guard answer.status < 300 else {
            let reason = answer.json["message"]?.stringValue ?? "status \(answer.status)"
            throw PlatformError(
                .executorRefused,
                "Kubernetes did not take the attempt in: \(reason.prefix(500))",
                nextStep: "Check that the namespace '\(api.settings.namespace)' exists."
            )
        }
        return answer
    }

    private static func options(_ propagation: String, grace: Int64? = nil) -> JSONValue {
        var out: [String: JSONValue] = [
            "apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": .string(propagation),
        ]
        if let grace { out["gracePeriodSeconds"] = .integer(grace) }
        return .object(out)
    }

    private func pods(_ name: String) async throws -> [JSONValue] {
        let answer = try await api.send(.GET, "\(core)/pods", query: [("labelSelector", "job-name=\(name)")])
        return answer.json["items"]?.elements ?? []
    }

    /// A pod that cannot get its image waits for ever by itself.
    private func waiting(_ name: String) async throws -> Observation {
        for pod in try await pods(name) {
            for container in pod["status"]?["containerStatuses"]?.elements ?? [] {
                guard let waiting = container["state"]?["waiting"], let reason = waiting["reason"]?.stringValue,
                    ["ImagePullBackOff", "ErrImageNeverPull", "InvalidImageName"].contains(reason)
                else { continue }
                return .ended(
                    .failed(
                        PlatformError(
                            .imageUnavailable,
                            "The cluster cannot get the task's image (\(reason)): "
                                + (waiting["message"]?.stringValue ?? "it says no more").prefix(500),
                            nextStep: "Mend the digest, or give the namespace the right to pull the image."
                        )
                    )
                )
            }
        }
        return .queued
    }

    private func outcome(_ id: AttemptID, _ name: String, _ condition: JSONValue) async throws -> AttemptOutcome {
        let pod = try await pods(name).last
        let ended = pod?["status"]?["containerStatuses"]?.elements.first?["state"]?["terminated"]
        let reason =
            ended?["reason"]?.stringValue ?? pod?["status"]?["reason"]?.stringValue
            ?? condition["reason"]?.stringValue ?? "it says no more"
        let tail = (try? await logs(id, from: 0, limit: 1 << 20)) ?? Data()
        let context = [
            "job": name,
            "log_tail": String(decoding: tail.suffix(4096), as: UTF8.self).split(separator: "\n").suffix(20).joined(
                separator: "\n"
            ),
        ]
        switch reason {
        case "OOMKilled":
            return .failed(
                PlatformError(
                    .taskOutOfMemory,
                    "The pod needed more memory than its limit and was ended.",
                    nextStep: "Raise resources.memory, or make the task need less.",
                    context: context
                )
            )
        case "DeadlineExceeded":
            return .failed(
                PlatformError(
                    .taskTimeout,
                    "Kubernetes ended the pod at its deadline.",
                    nextStep: "Raise timeout_seconds, or make the task faster.",
                    context: context
                )
            )
        default:
            let status = ended?["exitCode"]?.integerValue.map { " with status \($0)" } ?? ""
            return .lost(
                PlatformError(
                    .taskLost,
                    "The pod of job '\(name)' ended\(status) (\(reason)), and it told no outcome.",
                    nextStep: "Its image needs 'aku' on its path, and the way to the server.",
                    context: context
                )
            )
        }
    }
}

extension JSONValue {
    /// The elements of an array; none for any other kind.
    fileprivate var elements: [JSONValue] { if case .array(let elements) = self { elements } else { [] } }
}
