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
    // Floor 1: storage
    let database: any Database = try SQLiteDatabase.open(path: configuration.dataFolder + "/aku.sqlite")
    let journal = Journal(database: database)
    let objects = try ObjectStore(root: configuration.dataFolder + "/objects")

    // Floor 4: routes
    let metrics = HTTPMetrics()
    let router = Router(context: AkuRequestContext.self)
    router.add(middleware: EdgeMiddleware(checksHost: configuration.authentication == .none))
    let routes = RouteTable(router: router, access: .development, metrics: metrics)
    HealthController(
        checks: [.init("database") { _ = try await database.read { try $0.query("SELECT 1 AS one") } }],
        metrics: [{ metrics.prometheusText() }]
    ).addRoutes(to: routes)

    return Platform(
        configuration: configuration,
        database: database,
        journal: journal,
        objects: objects,
        responder: router.buildResponder(),
        routes: routes.declared,
        services: []
    )
}
