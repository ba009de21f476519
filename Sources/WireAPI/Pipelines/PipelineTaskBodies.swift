import Primitives

/// A task of a run.
package struct PipelineTaskBody: Codable, Sendable, Equatable {
    /// An output in the object store.
    package struct Output: Codable, Sendable, Equatable {
        /// Its name.
        package let name: String
        /// The object, or the tree.
        package let digest: Digest
        /// `file` or `tree`.
        package let kind: String
        /// Bytes of the content.
        package let bytes: Int64

        /// Makes an output.
        package init(name: String, digest: Digest, kind: String, bytes: Int64) {
            self.name = name
            self.digest = digest
            self.kind = kind
            self.bytes = bytes
        }
    }

    /// Why the latest attempt ended badly.
    package struct Failure: Codable, Sendable, Equatable {
        /// The stable code, for example `task_failed`.
        package let code: String
        /// What happened; the last lines of the log follow.
        package let message: String
        /// What to do.
        package let nextStep: String

        enum CodingKeys: String, CodingKey {
            case code, message
            case nextStep = "next_step"
        }

        /// Makes a failure.
        package init(code: String, message: String, nextStep: String) {
            self.code = code
            self.message = message
            self.nextStep = nextStep
        }
    }

    /// Its name.
    package let name: String
    /// `waiting`, `ready`, `running`, `succeeded`, `cached`, `failed`, `retrying`, `skipped` or `cancelled`.
    package let state: String
    /// Tasks that it waits for.
    package let upstream: [String]
    /// Attempts begun, lost ones included.
    package let attempts: Int
    /// Attempts that the machine lost; they use up no retry.
    package let losses: Int
    /// Whether its outputs are linked.
    package let cached: Bool
    /// The run that executed it, when they are.
    package let cachedFrom: String?
    /// The digest of what decides its outputs; nil before it is ready.
    package let identity: Digest?
    /// When its latest attempt began.
    package let startedAt: Timestamp?
    /// When it was over.
    package let finishedAt: Timestamp?
    /// When the next attempt begins, while it is `retrying`.
    package let retryAt: Timestamp?
    /// The latest attempt, to its end or to now, in milliseconds; 0 for one that never ran.
    package let durationMilliseconds: Int64
    /// Why the latest attempt ended badly, or nil.
    package let failure: Failure?
    /// What it wrote.
    package let outputs: [Output]
    /// How many instances a mapped task has; nil before it has begun, and for other tasks.
    package var instances: Int?
    /// Of a mapped task, how many instances are in which state; those that have not begun are in none.
    package var instanceStates: [String: Int]?
    /// Why it was skipped, in one sentence, or nil.
    package var skipReason: String?
    /// Processor time of all its attempts, and of its instances, in milliseconds; nil where none was measured.
    package var cpuMilliseconds: Int64?
    /// The most memory that one of its processes held, in bytes; nil where none was measured.
    package var peakMemoryBytes: Int64?

    enum CodingKeys: String, CodingKey {
        case skipReason = "skip_reason"
        case cpuMilliseconds = "cpu_ms"
        case peakMemoryBytes = "peak_memory_bytes"
        case instances
        case instanceStates = "instance_states"
        case name, state, upstream, attempts, losses, cached, identity, failure, outputs
        case cachedFrom = "cached_from"
        case startedAt = "started_at"
        case finishedAt = "finished_at"
        case retryAt = "retry_at"
        case durationMilliseconds = "duration_ms"
    }

    /// Makes a body.
    package init(
        name: String,
        state: String,
        upstream: [String],
        attempts: Int,
        losses: Int,
        cachedFrom: String?,
        identity: Digest?,
        startedAt: Timestamp?,
        finishedAt: Timestamp?,
        retryAt: Timestamp?,
        durationMilliseconds: Int64,
        failure: Failure?,
        outputs: [Output]
    ) {
        self.name = name
        self.state = state
        self.upstream = upstream
        self.attempts = attempts
        self.losses = losses
        cached = cachedFrom != nil
        self.cachedFrom = cachedFrom
        self.identity = identity
        self.startedAt = startedAt
        self.finishedAt = finishedAt
        self.retryAt = retryAt
        self.durationMilliseconds = durationMilliseconds
        self.failure = failure
        self.outputs = outputs
    }

    /// Whether nothing more happens to it.
    package var isFinal: Bool { ["succeeded", "cached", "failed", "skipped", "cancelled"].contains(state) }
}

/// Instances of a mapped task, in order.
package struct TaskInstancesBody: Codable, Sendable, Equatable {
    /// Those that have begun; each is called TASK[INDEX].
    package let instances: [PipelineTaskBody]
    /// For `?after=`; nil on the last page.
    package let nextPageToken: String?

    enum CodingKeys: String, CodingKey {
        case instances
        case nextPageToken = "next_page_token"
    }

    /// Makes a body.
    package init(instances: [PipelineTaskBody], nextPageToken: String?) {
        self.instances = instances
        self.nextPageToken = nextPageToken
    }
}

/// Why each task was, or was not, served from the cache.
package struct ExplainRunBody: Codable, Sendable, Equatable {
    /// One part of an identity that is not what it was.
    package struct Difference: Codable, Sendable, Equatable {
        /// For example `parameters.seed`, `code`, `inputs.corpus`.
        package let part: String
        /// In the earlier run; empty when it was not there.
        package let before: String
        /// In this run; empty when it is no longer there.
        package let now: String

        /// Makes a difference.
        package init(part: String, before: String, now: String) {
            self.part = part
            self.before = before
            self.now = now
        }
    }

    /// One task.
    package struct Task: Codable, Sendable, Equatable {
        /// Its name.
        package let name: String
        /// Its state.
        package let state: String
        /// `hit`, `miss`, `off` (the task or the run does not ask the cache) or `none` (not ready yet).
        package let verdict: String
        /// One sentence for people.
        package let explanation: String
        /// The digest of what decides its outputs; nil before it is ready.
        package let identity: Digest?
        /// The earlier run that it is compared with, or nil.
        package let comparedWith: String?
        /// The run that executed it, when its outputs are linked.
        package let cachedFrom: String?
        /// What differs; empty when nothing does.
        package let differences: [Difference]

        enum CodingKeys: String, CodingKey {
            case name, state, verdict, explanation, identity, differences
            case comparedWith = "compared_with"
            case cachedFrom = "cached_from"
        }

        /// Makes a value.
        package init(
            name: String,
            state: String,
            verdict: String,
            explanation: String,
            identity: Digest?,
            comparedWith: String?,
            cachedFrom: String?,
            differences: [Difference]
        ) {
            self.name = name
            self.state = state
            self.verdict = verdict
            self.explanation = explanation
            self.identity = identity
            self.comparedWith = comparedWith
            self.cachedFrom = cachedFrom
            self.differences = differences
        }
    }

    /// The run.
    package let runID: String
    /// In file order.
    package let tasks: [Task]

    enum CodingKeys: String, CodingKey {
        case tasks
        case runID = "run_id"
    }

    /// Makes a body.
    package init(runID: String, tasks: [Task]) {
        self.runID = runID
        self.tasks = tasks
    }
}
