import Primitives

/// Runs whose tasks another engine starts: what `aku task exec` calls.
package enum ExternalRunsAPI {
    /// Accepts a run; the same engine and external id name one run.
    package static let start = Route(
        .post,
        "/api/v1/pipelines/{name}/external-runs",
        permission: .pipelinesRun,
        body: ExternalRunBody.self,
        reply: StartedRunBody.self
    )

    /// Finds a run by `?pipeline=`, `?engine=` and `?external_id=`.
    package static let find = Route(
        .get,
        "/api/v1/external-runs",
        permission: .pipelinesRead,
        reply: StartedRunBody.self
    )

    /// The other engine is done: what has not ended is cancelled.
    package static let finish = Route(
        .post,
        "/api/v1/pipeline-runs/{id}/finish",
        permission: .pipelinesRun,
        reply: PipelineRunBody.self
    )

    /// Asks for a task: the attempt to run, or the outputs that are there already.
    package static let claim = Route(
        .post,
        "/api/v1/pipeline-runs/{id}/tasks/{task}/attempts",
        permission: .pipelinesRun,
        reply: TaskClaimBody.self
    )

    /// What an attempt that the platform's own engine gave to an executor elsewhere is to run.
    package static let order = Route(
        .get,
        "/api/v1/pipeline-runs/{id}/tasks/{task}/attempts/{attempt}/order",
        permission: .pipelinesReport,
        reply: TaskClaimBody.self
    )

    /// An attempt is alive; hands its log over.
    package static let report = Route(
        .post,
        "/api/v1/pipeline-runs/{id}/tasks/{task}/attempts/{attempt}/report",
        permission: .pipelinesReport,
        maximumBodyBytes: 2 << 20,
        body: AttemptReportBody.self,
        reply: AttemptVerdictBody.self
    )

    /// An attempt is over.
    package static let conclude = Route(
        .post,
        "/api/v1/pipeline-runs/{id}/tasks/{task}/attempts/{attempt}/outcome",
        permission: .pipelinesReport,
        body: AttemptOutcomeBody.self,
        reply: Nothing.self
    )
}

/// A run of another engine.
package struct ExternalRunBody: Codable, Sendable, Equatable {
    /// `airflow`, `argo` or `prefect`.
    package let engine: String
    /// What the other engine calls the run.
    package let externalID: String
    /// Values by parameter; text is read as the parameter's type.
    package let parameters: [String: JSONValue]?

    enum CodingKeys: String, CodingKey {
        case engine, parameters
        case externalID = "external_id"
    }

    /// Makes a body.
    package init(engine: String, externalID: String, parameters: [String: JSONValue]?) {
        self.engine = engine
        self.externalID = externalID
        self.parameters = parameters
    }
}

/// The answer to a claim.
package struct TaskClaimBody: Codable, Sendable, Equatable {
    /// An attempt to run.
    package struct Order: Codable, Sendable, Equatable {
        /// From 1; also the fencing token.
        package let attempt: Int
        /// The pipeline's name.
        package let pipeline: String
        /// For `sh -eu -c`.
        package let command: String
        /// The tree that stands at `code/`; nil for none.
        package let code: Digest?
        /// What stands at `inputs/`, each under its name; in the order of the file.
        package let inputs: [PipelineTaskBody.Output]
        /// Names under `outputs/`.
        package let outputs: [String]
        /// Variables that the task declares.
        package let environment: [String: String]
        /// The longest time.
        package let timeoutSeconds: Int
        /// `server` (whatever Python the worker has), `none`, or `lock`.
        package let python: String
        /// The lock file, when `python` is that; its name says what it is.
        package let lock: CodeItemBody?
        /// `none`, `platform` or `any`.
        package let network: String
        /// For the task alone; nil where the server needs none.
        package let token: String?
        /// What is to be done instead of the command.
        package var builtin: Builtin?

        /// A call of a built-in operator.
        package struct Builtin: Codable, Sendable, Equatable {
            /// Its name.
            package let name: String
            /// The version that the server knows.
            package let version: Int
            /// Values by argument.
            package let arguments: [String: [String]]

            /// Makes a value.
            package init(name: String, version: Int, arguments: [String: [String]]) {
                self.name = name
                self.version = version
                self.arguments = arguments
            }
        }

        enum CodingKeys: String, CodingKey {
            case attempt, pipeline, command, code, inputs, outputs, environment, python, lock, network, token, builtin
            case timeoutSeconds = "timeout_seconds"
        }

        /// Makes an order.
        package init(
            attempt: Int,
            pipeline: String,
            command: String,
            code: Digest?,
            inputs: [PipelineTaskBody.Output],
            outputs: [String],
            environment: [String: String],
            timeoutSeconds: Int,
            python: String,
            lock: CodeItemBody?,
            network: String,
            token: String?
        ) {
            self.attempt = attempt
            self.pipeline = pipeline
            self.command = command
            self.code = code
            self.inputs = inputs
            self.outputs = outputs
            self.environment = environment
            self.timeoutSeconds = timeoutSeconds
            self.python = python
            self.lock = lock
            self.network = network
            self.token = token
        }
    }

    /// `running` with an order, `cached` or `succeeded` with outputs, `skipped` with a reason.
    package let state: String
    /// What to run.
    package let order: Order?
    /// What is there already.
    package let outputs: [PipelineTaskBody.Output]
    /// Why the task is left out, or nil.
    package var reason: String?

    /// Makes a body.
    package init(state: String, order: Order?, outputs: [PipelineTaskBody.Output]) {
        self.state = state
        self.order = order
        self.outputs = outputs
    }
}

/// A sign of life.
package struct AttemptReportBody: Codable, Sendable, Equatable {
    /// Bytes of the log from `offset` on in base64; at most 1 MiB.
    package let log: String
    /// Where it begins, in bytes.
    package let offset: Int64

    /// Makes a body.
    package init(log: String, offset: Int64) {
        self.log = log
        self.offset = offset
    }
}

/// What an attempt is to do.
package struct AttemptVerdictBody: Codable, Sendable, Equatable {
    /// `running`, `cancelled` or `superseded`.
    package let verdict: String

    /// Makes a body.
    package init(verdict: String) { self.verdict = verdict }
}

/// How an attempt ended.
package struct AttemptOutcomeBody: Codable, Sendable, Equatable {
    /// `succeeded`, `failed`, `cancelled`, `released` (ended from outside, may be begun again) or `lost` (could not be
    /// started).
    package let state: String
    /// Of one that succeeded; their objects are in the store.
    package let outputs: [PipelineTaskBody.Output]
    /// Of one that failed or was lost.
    package let failure: PipelineTaskBody.Failure?

    /// Makes a body.
    package init(state: String, outputs: [PipelineTaskBody.Output] = [], failure: PipelineTaskBody.Failure? = nil) {
        self.state = state
        self.outputs = outputs
        self.failure = failure
    }
}
