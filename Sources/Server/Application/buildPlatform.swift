import Datasets
import Foundation
import Hummingbird
import Logging
import Primitives
import Security
import ServiceLifecycle
import Storage

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

    // Floor 2: features
    let datasets = DatasetStore(database: base.database, objects: base.objects, time: clock)

    // Floor 4: routes
    let metrics = HTTPMetrics()
    let router = Router(context: AkuRequestContext.self)
    router.add(middleware: EdgeMiddleware(checksHost: configuration.authentication == .none))
    let routes = RouteTable(router: router, access: base.access, metrics: metrics)
    HealthController(checks: base.readiness, metrics: [{ metrics.prometheusText() }]).addRoutes(to: routes)
    ObjectsController(objects: base.objects).addRoutes(to: routes)
    JournalController(journal: base.journal, checkpoints: base.checkpoints).addRoutes(to: routes)
    DatasetController(datasets: datasets).addRoutes(to: routes)
    let verifier = Verifier(
        database: base.database,
        objects: base.objects,
        verifiers: [base.key.checkpointSigner().verifier],
        checkpointFile: base.folder.checkpoints,
        extra: []
    )
    VerifyController(verifier: verifier).addRoutes(to: routes)
    var consoleData = ConsoleData()
    consoleData.bind(journal: base.journal, checkpoints: base.checkpoints)
    consoleData.bind(datasets: datasets)
    try ConsoleController(
        data: consoleData,
        access: base.access,
        time: clock,
        isSecure: configuration.tls != nil
    ).addRoutes(to: routes)

    return Platform(
        configuration: configuration,
        database: base.database,
        journal: base.journal,
        objects: base.objects,
        responder: router.buildResponder(),
        routes: routes.declared,
        services: [CheckpointService(log: base.checkpoints, logger: logger)]
    )
}
