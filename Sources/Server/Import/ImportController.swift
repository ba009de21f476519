import Primitives
import Registry
import Security
import Storage
import Tracking
import WireAPI

/// The routes that bring another server's records over: decode, write, take fingerprints.
package struct ImportController: Sendable {
    private let tracking: TrackingImport
    private let registry: RegistryImport

    /// Makes the controller of the entries to the stores.
    package init(tracking: TrackingImport, registry: RegistryImport) {
        self.tracking = tracking
        self.registry = registry
    }

    /// Declares the routes.
    package func addRoutes(to routes: RouteTable) {
        routes.on(ImportAPI.records) { call, body in
            try Self.bound(body.count, ImportRecords.maximumRecords, "records")
            try Self.bound(body.points, ImportRecords.maximumPoints, "points")
            let batch = TrackingImport.Batch(
                experiments: body.experiments,
                loggedModels: body.loggedModels,
                runs: body.runs,
                series: body.series,
                artifacts: body.artifacts
            )
            try await tracking.write(batch, source: body.source, actor: call.principal.name)
            try await registry.write(body.registeredModels, source: body.source, actor: call.principal.name)
            return ImportReceipt(records: body.count, points: body.points)
        }
        routes.on(ImportAPI.fingerprints) { _, keys in
            try Self.bound(keys.count, ImportKeys.maximumKeys, "keys")
            return try await fingerprints(keys)
        }
    }

    private func fingerprints(_ keys: ImportKeys) async throws -> ImportFingerprints {
        var reply = ImportFingerprints()
        reply.experiments = try await tracking.experiments(keys.experiments).map {
            ImportFingerprint(key: "\($0.id)", digest: try .canonical($0))
        }
        reply.loggedModels = try await tracking.loggedModels(keys.loggedModels).map {
            ImportFingerprint(key: $0.id, digest: try .canonical($0))
        }
        let histories = try await tracking.histories(keys.runs)
        reply.runs = try await tracking.runs(keys.runs).map { run in
            let sum = histories[run.id] ?? RecordSum()
            return ImportFingerprint(key: run.id, digest: try .canonical(run), size: sum.count, history: sum.hex)
        }
        reply.artifacts = try await tracking.artifacts(keys.artifacts).map {
            ImportFingerprint(key: $0.path, digest: $0.digest, size: $0.size)
        }
        reply.registeredModels = try await registry.models(keys.registeredModels).map {
            ImportFingerprint(key: $0.name, digest: try .canonical($0))
        }
        return reply
    }

    private static func bound(_ count: Int, _ limit: Int, _ what: String) throws {
        guard count <= limit else {
            throw PlatformError(
                .tooLarge,
                "The request has \(count) \(what); it may have \(limit).",
                nextStep: "Send them in parts."
            )
        }
    }
}
