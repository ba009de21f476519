import Foundation
import Hummingbird
import Inference
import Logging
import Monitoring
import Pipelines
import Primitives
import Registry
import Security
import ServiceLifecycle
import Serving
import Storage
import Tracking
import WireAPI

/// The composition root: opens the store, makes every object and declares every route. Nothing runs yet.
///
/// Parts are made floor by floor; what one floor-2 part needs of another is a closure handed over here.
package func buildPlatform(
    _ configuration: ServerConfiguration,
    logger: Logger,
    clock: TimeSource = .system,
    identifiers: IdentifierSource = .system
) async throws -> Platform {
    let base = try await Foundations.open(configuration, clock: clock, identifiers: identifiers, logger: logger)

    let features = try Features(base, configuration)
    let metrics = HTTPMetrics()
    let router = Router(context: AkuRequestContext.self)
    router.add(middleware: EdgeMiddleware(checksHost: configuration.authentication == .none))
    let routes = RouteTable(router: router, access: base.access, metrics: metrics)
    addStorageRoutes(base, features, metrics, to: routes)
    addFeatureRoutes(base, features, isSecure: configuration.tls != nil, to: routes)
    try addConsole(base, features, configuration, to: routes)

    let grpcRouter = Router(context: AkuRequestContext.self)
    grpcRouter.add(middleware: EdgeMiddleware(checksHost: configuration.authentication == .none))
    let methods = RouteTable(router: grpcRouter, access: base.access, metrics: metrics)
    GRPCInferenceController(
        service: OpenInferenceService(predictions: features.predictions, registry: features.endpoints)
    ).addMethods(to: methods)

    return Platform(
        configuration: configuration,
        folder: base.folder,
        database: base.database,
        journal: base.journal,
        objects: base.objects,
        responder: router.buildResponder(),
        grpcResponder: grpcRouter.buildResponder(),
        grpcMethods: methods.declared,
        routes: routes.declared,
        services: [
            features.monitoring,
            LeadingService(
                database: base.database,
                pipelines: features.pipelines,
                services: [
                    CheckpointService(log: base.checkpoints, logger: logger),
                    ScheduleService(engine: features.pipelines, logger: logger),
                    WebhookService(
                        database: base.database,
                        store: features.webhooks,
                        policy: configuration.registry.webhooks,
                        time: clock,
                        logger: logger
                    ),
                ],
                logger: logger
            ),
            features.runVerifier,
            DeadlineService(pools: [features.workers, features.loaders, features.shadows.pool]),
            GatewayService(registry: features.endpoints, signals: features.gateway, shadows: features.shadows),
            MetricSettler(runs: features.runs, logger: logger),
        ],
        prepare: {
            try await features.experiments.placeDefault()
            try await features.endpoints.restore()
        }
    )
}

/// Health, metrics, objects, journal, verification.
private func addStorageRoutes(
    _ base: Foundations,
    _ features: Features,
    _ metrics: HTTPMetrics,
    to routes: RouteTable
) {
    let monitoring = features.monitoring
    let (table, workers) = (features.predictions.table, features.workers)
    HealthController(
        checks: base.readiness,
        metrics: [
            { metrics.prometheusText() }, { table.prometheusText(queueDepth: workers.queueDepth) },
            { table.gatewayText() },
            { (try? await monitoring.prometheusText()) ?? "" },
        ]
    ).addRoutes(to: routes)
    ObjectsController(objects: base.objects).addRoutes(to: routes)
    let collector = ObjectCollector(
        database: base.database,
        objects: base.objects,
        time: base.clock,
        identifiers: base.identifiers
    )
    CollectionController(collector: collector).addRoutes(to: routes)
    JournalController(journal: base.journal, checkpoints: base.checkpoints).addRoutes(to: routes)
    let verifier = Verifier(
        database: base.database,
        objects: base.objects,
        verifiers: [base.key.checkpointSigner().verifier],
        checkpointFile: base.folder.checkpoints,
        extra: VerifyChecks(features: features, key: base.key).all
    )
    VerifyController(verifier: verifier).addRoutes(to: routes)
}

/// Data sets, pipelines, tracking, registry, serving, monitoring, trace.
private func addFeatureRoutes(
    _ base: Foundations,
    _ features: Features,
    isSecure: Bool,
    to routes: RouteTable
) {
    let (runs, artifacts, registry) = (features.runs, features.artifacts, features.registry)
    DatasetController(datasets: features.datasets).addRoutes(to: routes)
    PipelinesController(engine: features.pipelines, clock: base.clock).addRoutes(to: routes)
    ExternalRunsController(engine: features.pipelines, clock: base.clock).addRoutes(to: routes)
    SchedulesController(engine: features.pipelines).addRoutes(to: routes)
    PoolsController(engine: features.pipelines).addRoutes(to: routes)
    VerificationController(verifier: features.runVerifier).addRoutes(to: routes)
    MLflowServerController(hasBucket: artifacts.objects.direct != nil).addRoutes(to: routes)
    ExperimentController(experiments: features.experiments).addRoutes(to: routes)
    RunController(runs: runs).addRoutes(to: routes)
    DatasetSummaryController(runs: runs).addRoutes(to: routes)
    let purge = TrackingPurge(database: base.database, time: base.clock) { ArtifactController.path(of: $0) }
    PurgeController(purge: purge).addRoutes(to: routes)
    GraphQLController(experiments: features.experiments, runs: runs, registry: registry, site: features.artifactSite)
        .addRoutes(to: routes)
    RunListController(experiments: features.experiments, runs: runs).addRoutes(to: routes)
    LoggedModelController(models: features.loggedModels).addRoutes(to: routes)
    TraceController(traces: features.traces, artifacts: artifacts, time: base.clock).addRoutes(to: routes)
    OpenTelemetryController(traces: features.traces).addRoutes(to: routes)
    ArtifactController(artifacts: artifacts, site: features.artifactSite).addRoutes(to: routes)
    addTransferRoutes(base, features, isSecure: isSecure, to: routes)
    RunArtifactController(
        runs: runs,
        models: features.loggedModels,
        registry: registry,
        site: features.artifactSite
    ).addRoutes(to: routes)
    ImportController(
        tracking: TrackingImport(database: base.database, objects: base.objects, time: base.clock),
        registry: RegistryImport(database: base.database)
    ).addRoutes(to: routes)
    RegisteredModelController(registry: registry).addRoutes(to: routes)
    ModelVersionController(
        registry: registry,
        runs: runs,
        models: features.loggedModels,
        artifacts: artifacts,
        settings: features.registrySettings
    ).addRoutes(to: routes)
    PromptlabController(runs: runs, site: features.artifactSite, time: base.clock).addRoutes(to: routes)
    WebhookController(
        store: features.webhooks,
        policy: features.registrySettings.webhooks,
        time: base.clock,
        identifiers: base.identifiers
    ).addRoutes(to: routes)
    let key = base.key
    let registrar = PackageRegistrar(
        registry: registry,
        artifacts: artifacts,
        inspectPackage: { digest in try await features.inspect(package: digest) },
        sign: { data in (try key.sign(data), key.id.description) },
        scan: features.registrySettings.modelScan
    )
    let trace = base.trace(features)
    let lineage = ModelLineage(registry: registry, runs: runs, walk: { try await trace.trace(version: $0) })
    ModelController(registry: registry, registrar: registrar, lineage: lineage).addRoutes(to: routes)
    ServingController(registry: features.endpoints, predictions: features.predictions).addRoutes(to: routes)
    GatewayController(registry: features.endpoints, table: features.predictions.table).addRoutes(to: routes)
    OpenInferenceController(
        service: OpenInferenceService(predictions: features.predictions, registry: features.endpoints)
    ).addRoutes(to: routes)
    MonitoringController(service: features.monitoring, clock: base.clock).addRoutes(to: routes)
    features.evaluation.addRoutes(to: routes)
    base.trace(features).addRoutes(to: routes)
}

/// Artifacts that come in parts, or by addresses that expire.
private func addTransferRoutes(_ base: Foundations, _ features: Features, isSecure: Bool, to routes: RouteTable) {
    ArtifactUploadController(
        artifacts: features.artifacts,
        uploads: ArtifactUploadStore(database: base.database, time: base.clock),
        key: base.addressKey,
        identifiers: base.identifiers,
        isSecure: isSecure
    ).addRoutes(to: routes)
    PresignedController(
        artifacts: features.artifacts,
        runs: features.runs,
        models: features.loggedModels,
        key: base.addressKey,
        time: base.clock,
        isSecure: isSecure
    ).addRoutes(to: routes)
}

/// The pages for people.
private func addConsole(
    _ base: Foundations,
    _ features: Features,
    _ configuration: ServerConfiguration,
    to routes: RouteTable
) throws {
    var data = ConsoleData()
    data.bind(journal: base.journal, checkpoints: base.checkpoints)
    data.bind(datasets: features.datasets)
    data.bind(pipelines: features.pipelines.store, engine: features.pipelines)
    data.bind(
        registry: features.registry,
        objects: base.objects,
        lineage: LineageFinder(
            runs: features.runs,
            pipelines: features.pipelines.store,
            datasets: features.datasets
        )
    )
    data.bind(
        experiments: features.experiments,
        runs: features.runs,
        artifacts: features.artifacts,
        registry: features.registry
    )
    data.bind(views: SavedViewStore(database: base.database, time: base.clock))
    data.bind(endpoints: features.predictions.table, monitoring: features.monitoring, time: base.clock)
    let trace = base.trace(features)
    data.trace = { id in try await trace.trace(id) }
    try ConsoleController(
        data: data,
        access: base.access,
        time: base.clock,
        isSecure: configuration.tls != nil
    ).addRoutes(to: routes)
}

extension Foundations {
    /// The walk from a prediction to its data.
    fileprivate func trace(_ features: Features) -> TraceService {
        TraceService(
            predictions: features.monitoring.predictions,
            registry: features.registry,
            pipelines: features.pipelines.store,
            datasets: features.datasets,
            objects: objects
        )
    }
}

extension Features {
    /// Checks a package as registration does: every digest, then the golden cases on the runtime that will serve it.
    fileprivate func inspect(package: Digest) async throws -> PackageSummary {
        let folder = try packages.folder(of: package)
        let manifest = try await loaders.run { try models.examine(folder: folder) }
        let files = PackageFiles(objects: artifacts.objects, package: package)
        return PackageSummary(
            name: manifest.name,
            manifestDigest: try files.manifestDigest(),
            labels: manifest.labels,
            defaultVariant: manifest.defaultVariant,
            accuracyByVariant: manifest.variants.mapValues(\.accuracy),
            originalAccuracy: manifest.originalAccuracy,
            goldenCases: try GoldenCase.read(Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(manifest.golden)")))
                .count,
            bytes: manifest.files.reduce(0) { $0 + $1.size }
        )
    }
}
