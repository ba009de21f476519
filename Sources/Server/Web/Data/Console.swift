import Primitives

/// What the console shows, as the rest of the platform tells it: plain records without formatting. The composition root
/// maps the features' replies to them, so that pages change only when what people see changes.
enum Console {}

extension Console {
    /// A pipeline with its last runs, newest first.
    struct Pipeline: Sendable, Hashable {
        var name: String
        var description: String
        var version: Int
        var runs: [PipelineRun]
        var parameters: [Parameter] = []
        var schedules: [Schedule] = []
        /// The newest, newest first.
        var backfills: [Backfill] = []
    }

    /// One run of a pipeline.
    struct PipelineRun: Sendable, Hashable {
        var id: String
        var pipeline: String
        var version: Int
        var state: String
        var reason: String
        var actor: String
        var createdAt: Timestamp
        var finishedAt: Timestamp?
        var parameters: JSONValue
        /// In the order of the definition.
        var tasks: [Task]
        /// Who starts its tasks: `aku`, or another engine.
        var engine = "aku"
        /// What another engine calls it.
        var externalID: String?
        /// The run of which it does a part again.
        var rerunOf: String?
        /// Why it failed where no task did.
        var failureCode: String?
        /// When its tasks must be over.
        var deadline: Timestamp?
    }

    /// One task of a run.
    struct Task: Sendable, Hashable {
        var name: String
        var state: String
        var attempt: Int
        /// The tasks that it waits for.
        var needs: [String]
        var startedAt: Timestamp?
        var finishedAt: Timestamp?
        /// The digest of all that decides its outcome; nil until it is known.
        var identity: String?
        /// The run that the outputs were taken from.
        var cachedFrom: String?
        var errorCode: String?
        var errorMessage: String?
        var nextStep: String?
        var outputs: [Output]
        /// Why the cache did not serve it, in words; nil when it did, or is not known.
        var cacheReason: String?
        /// Processor time of all its attempts; nil where none was measured.
        var cpuMilliseconds: Int64?
        /// The most memory that one of its processes held.
        var peakMemoryBytes: Int64?
        /// How many instances a mapped task has.
        var instances: Int?
        /// How many of them are in which state; those that have not begun are in none.
        var instanceStates: [String: Int] = [:]
    }

    /// Instances of a mapped task, some of them.
    struct Instances: Sendable, Hashable {
        var run: PipelineRun
        var task: Task
        /// In order; called TASK[INDEX].
        var instances: [Task]
        /// Where the next page begins, or nil.
        var next: String?
    }

    /// Which instances.
    struct InstanceQuery: Sendable, Hashable {
        /// Of this state only.
        var state: String?
        /// After this index.
        var after: Int?
    }

    /// What a task wrote.
    struct Output: Sendable, Hashable {
        var name: String
        var digest: String
        var bytes: Int64
    }

    /// The end of a task's log.
    struct Log: Sendable, Hashable {
        var task: String
        var text: String
        /// Whether earlier lines were left out.
        var isCut: Bool
        /// Where a follower goes on, in bytes.
        var end: Int64 = 0
    }
}

extension Console {
    /// A training run.
    struct Run: Sendable, Hashable {
        var id: String
        var name: String
        var experiment: String
        var status: String
        var user: String
        var startedAt: Timestamp
        var endedAt: Timestamp?
        /// The last value of each metric.
        var metrics: [String: Double]
        var parameters: [String: String]
        var tags: [String: String]
        /// The step of the last value of each metric.
        var lastSteps: [String: Int64] = [:]
    }

    /// One page of the list of runs.
    struct RunList: Sendable, Hashable {
        var experiments: [Experiment]
        var runs: [Run]
        /// Opaque; nil on the last page.
        var nextToken: String?
    }

    /// A named view of the runs table.
    struct SavedView: Sendable, Hashable {
        var name: String
        /// The query of its address.
        var query: String
        var savedBy: String
        var savedAt: Timestamp
    }

    /// An experiment.
    struct Experiment: Sendable, Hashable {
        var id: String
        var name: String
    }

    /// A training run with its metric histories, what it read and made, and its files.
    struct RunDetail: Sendable, Hashable {
        var run: Run
        var histories: [History]
        var artifacts: [Artifact]
        /// Whether there are more files than the page lists.
        var hasMoreArtifacts = false
        var datasets: [RunDataset] = []
        var models: [LoggedModel] = []
        /// The versions that were registered from it.
        var versions: [VersionName] = []
    }

    /// A data set that a run read.
    struct RunDataset: Sendable, Hashable {
        var name: String
        var digest: String
        var source: String
        var context: String?
        /// Names and types, as the client's schema tells them.
        var columns: [String]
    }

    /// A model that a run logged or read.
    struct LoggedModel: Sendable, Hashable {
        var id: String
        /// Whether the run made it; it read it otherwise.
        var isOutput: Bool
        var step: Int64
    }

    /// A registered version by its model's name and its number.
    struct VersionName: Sendable, Hashable {
        var model: String
        var version: Int
    }

    /// The history of one metric.
    struct History: Sendable, Hashable {
        var metric: String
        var points: [Point]

        /// One logged value.
        struct Point: Sendable, Hashable {
            var step: Int64
            /// NaN and the infinities are values.
            var value: Double
            /// Milliseconds since the Unix epoch, by the client's clock.
            var time: Int64 = 0
        }
    }

    /// The open folders of a run's artifacts.
    struct ArtifactTree: Sendable {
        var run: Run
        /// From the root down; entries are named without their folder.
        var folders: [(path: String, entries: [Artifact])]
        /// Whether the path that was asked for is a file.
        var isFile: Bool
    }

    /// A file that a run logged.
    struct Artifact: Sendable, Hashable {
        var path: String
        /// Nil for a folder.
        var bytes: Int64?
    }
}

extension Console {
    /// A registered model.
    struct Model: Sendable, Hashable {
        var name: String
        var description: String
        /// Newest first; in lists only the newest and those with an alias.
        var versions: [ModelVersion]
        /// By name.
        var aliases: [Alias] = []
        /// What an alias or stage asks of a version before it may take it.
        var gates: [Gate] = []
        var tags: [String: String] = [:]
    }

    /// A name that points at one version.
    struct Alias: Sendable, Hashable {
        var alias: String
        var version: Int
        var movedBy: String
        var movedAt: Timestamp
    }

    /// A rule of a model: the kinds of attestation that a target asks for.
    struct Gate: Sendable, Hashable {
        var target: String
        var requires: [String]
        var setBy: String
        var setAt: Timestamp
    }

    /// A version of a model.
    struct ModelVersion: Sendable, Hashable {
        var model: String
        var version: Int
        var createdAt: Timestamp
        var createdBy: String
        var aliases: [String]
        var packageDigest: String?
        /// The key that signed its manifest; nil for a version without a package.
        var keyID: String?
        var runID: String?
        var pipelineRun: String?
        var attestations: [Attestation]
        /// The endpoints that run it.
        var deployments: [Deployment]
        /// MLflow's stage.
        var stage = "None"
        var description = ""
        /// Where it came from, as the client wrote it.
        var source = ""
        var tags: [String: String] = [:]
    }

    /// An endpoint that runs a version.
    struct Deployment: Sendable, Hashable {
        var endpoint: String
        var since: Timestamp
        var by: String
    }

    /// A version with all that its page shows.
    struct VersionDetail: Sendable, Hashable {
        var version: ModelVersion
        var lineage: Lineage
        /// What it consists of; nil when its files are not in this server's store.
        var files: [Shard]?
        /// Whether there are more files than the page lists.
        var hasMoreFiles = false
        var gates: [Gate] = []
    }

    /// A recorded check of a version.
    struct Attestation: Sendable, Hashable {
        var kind: String
        var passed: Bool
        var reasons: [String]
        var madeBy: String
        var madeAt: Timestamp
    }
}
