import Datasets
import Foundation
import Inference
import Logging
import Monitoring
import Pipelines
import Primitives
import Registry
import Security
import Serving
import Statistics
import Storage
import Tracking

/// Floor 2: every feature's stores and services. They do not know each other; what one needs of another is a closure made
/// here.
struct Features: Sendable {
    let datasets: DatasetStore
    let experiments: ExperimentStore
    let runs: RunStore
    let loggedModels: LoggedModelStore
    let artifacts: ArtifactStore
    let traces: TraceStore
    let artifactSite: ArtifactSite
    let evaluation: EvaluationStores
    let registry: RegistryStore
    let registrySettings: RegistrySettings
    let webhooks: WebhookStore
    let pipelines: PipelineEngine
    let runVerifier: RunVerifier
    let monitoring: MonitoringService
    let models: OnnxModelLoader
    let packages: PackageCache
    let endpoints: EndpointRegistry
    let predictions: PredictionService
    let workers: WorkerPool
    let loaders: WorkerPool
    let shadows: ShadowQueue
    let gateway: GatewaySignals

    /// Requests that may wait for a model; more are refused with 503.
    private static let queueLimit = 512
    /// From a request's arrival at the queue to its answer.
    private static let deadline = Duration.seconds(30)
    /// The loading of a package, golden cases included.
    private static let loadDeadline = Duration.seconds(120)
    /// How long a task's token lives.
    private static let taskTokenSeconds: Int64 = 8 * 24 * 3600

    init(_ base: Foundations, _ configuration: ServerConfiguration) throws {
        datasets = DatasetStore(database: base.database, objects: base.objects, time: base.clock)
        experiments = ExperimentStore(
            database: base.database,
            time: base.clock,
            artifactRoot: configuration.artifactRoot
        )
        runs = RunStore(database: base.database, time: base.clock, identifiers: base.identifiers)
        loggedModels = LoggedModelStore(database: base.database, time: base.clock, identifiers: base.identifiers)
        let uploads = UploadScan(
            mode: configuration.registry.uploadScan,
            objects: base.objects,
            database: base.database
        )
        artifacts = ArtifactStore(
            database: base.database,
            objects: base.objects,
            time: base.clock,
            inspect: uploads.mode == .off ? nil : uploads.inspect
        )
        traces = TraceStore(database: base.database, time: base.clock, identifiers: base.identifiers)
        artifactSite = ArtifactSite(artifacts: artifacts, artifactRoot: configuration.artifactRoot)
        evaluation = EvaluationStores(
            database: base.database,
            experiments: experiments,
            sealing: try SealingKey.loadOrCreate(folder: base.folder.keys, name: "gateway"),
            time: base.clock,
            identifiers: base.identifiers
        )
        registry = RegistryStore(database: base.database, time: base.clock, identifiers: base.identifiers)
        registrySettings = configuration.registry
        webhooks = WebhookStore(
            database: base.database,
            time: base.clock,
            identifiers: base.identifiers,
            seal: try .file(in: base.folder.keys)
        )
        pipelines = try Self.engine(base, configuration)
        runVerifier = RunVerifier(engine: pipelines, logger: base.logger)
        monitoring = Self.monitoring(base, registry: registry, pipelines: pipelines)
        let environment = ProcessInfo.processInfo.environment
        models = OnnxModelLoader(library: .search(python: configuration.pythonPath, environment: environment))
        packages = try PackageCache(root: base.folder.path + "/packages", objects: base.objects)
        workers = WorkerPool(
            name: "inference",
            threads: configuration.inferenceThreads,
            queueLimit: Self.queueLimit,
            deadline: Self.deadline
        )
        loaders = WorkerPool(name: "loader", threads: 1, queueLimit: 16, deadline: Self.loadDeadline)
        // One thread apart, with room for one: shadows come one after another.
        let shadowPool = WorkerPool(name: "shadow", threads: 1, queueLimit: 2, deadline: Self.deadline)
        shadows = ShadowQueue(pool: shadowPool)
        gateway = GatewaySignals()
        let table = EndpointTable()
        let monitoring = monitoring
        endpoints = EndpointRegistry(
            store: EndpointStore(database: base.database),
            policies: PolicyStore(database: base.database),
            table: table,
            backend: Self.backend(registry: registry, packages: packages, models: models, monitoring: monitoring),
            loader: loaders,
            time: base.clock,
            logger: base.logger,
            gateway: gateway
        )
        predictions = PredictionService(
            table: table,
            pool: workers,
            observe: { monitoring.observe($0) },
            time: base.clock,
            identifiers: base.identifiers,
            shadows: shadows
        )
    }

    private static func engine(_ base: Foundations, _ configuration: ServerConfiguration) throws -> PipelineEngine {
        func parent(_ path: String) -> String { URL(fileURLWithPath: path).deletingLastPathComponent().path }
        let environment = ProcessInfo.processInfo.environment
        let scheme = configuration.tls == nil ? "http" : "https"
        let tokens = base.tokens
        let needsToken = configuration.authentication == .token
        var pipelines = PipelineConfiguration(
            workFolder: base.folder.work,
            pythonFolder: configuration.pythonPath.map(parent) ?? "",
            akuFolder: parent(configuration.executablePath),
            baseURL: "\(scheme)://\(configuration.host):\(configuration.port)",
            passedEnvironment: environment.filter { PipelineConfiguration.passedVariables.contains($0.key) },
            places: configuration.taskSlots,
            uv: environment["AKU_UV"] ?? "uv",
            uvEnvironment: PipelineConfiguration.uvEnvironment(environment)
        )
        pipelines.crashPoints = try CrashPoints(environment["AKU_TEST_CRASH_AT"])
        pipelines.isFenced = environment["AKU_TEST_NO_FENCE"] != "1"
        pipelines.executors = configuration.executors
        return PipelineEngine(
            database: base.database,
            objects: base.objects,
            configuration: pipelines,
            issueTaskToken: { run, task in
                guard needsToken else { return nil }
                return try await tokens.issueForTask(
                    name: ExternalRunsController.tokenName(run: run, task: task),
                    seconds: taskTokenSeconds
                ).secret
            },
            clock: base.clock,
            ids: base.identifiers,
            logger: base.logger
        )
    }

    private static func monitoring(
        _ base: Foundations,
        registry: RegistryStore,
        pipelines: PipelineEngine
    ) -> MonitoringService {
        let objects = base.objects
        return MonitoringService(
            database: base.database,
            journal: base.journal,
            referenceProfile: { model, version in
                guard let seal = try await registry.version(model, Int64(version)).seal else { return nil }
                return try PackageFiles(objects: objects, package: seal.package).referenceProfile()
            },
            startPipeline: { name, parameters, reason, key in
                try await pipelines.start(
                    pipeline: name,
                    parameters: parameters,
                    reason: reason,
                    actor: "trigger",
                    idempotencyKey: key
                )
            },
            clock: base.clock,
            identifiers: base.identifiers,
            logger: base.logger
        )
    }

    private static func backend(
        registry: RegistryStore,
        packages: PackageCache,
        models: OnnxModelLoader,
        monitoring: MonitoringService
    ) -> ServingBackend {
        ServingBackend(
            resolve: { reference in
                let version =
                    switch reference {
                    case .alias(let model, let alias): try await registry.version(model, alias: alias)
                    case .version(let model, let number): try await registry.version(model, Int64(number))
                    }
                guard let seal = version.seal else {
                    throw PlatformError(
                        ErrorCode("version_without_package", .failedPrecondition),
                        "\(version.model) version \(version.version) has no package to serve.",
                        nextStep: "Package it with 'aku models package' and register that with 'aku models register'."
                    )
                }
                return ResolvedModel(
                    model: version.model,
                    version: Int(version.version),
                    package: seal.package,
                    folder: try packages.folder(of: seal.package)
                )
            },
            load: { resolved, variant in try models.load(folder: resolved.folder, variant: variant) },
            deployed: { endpoint, resolved, actor in
                try await registry.deployed(resolved.model, Int64(resolved.version), on: endpoint, actor: actor)
                await monitoring.endpointSwapped(endpoint: endpoint, model: resolved.model, version: resolved.version)
            },
            undeployed: { endpoint, actor in try await registry.undeployed(endpoint: endpoint, actor: actor) },
            observe: { monitoring.observe($0) }
        )
    }
}
