import Datasets
import Primitives
import Security
import WireAPI

/// The routes of data sets: decode, one call to the store, encode.
package struct DatasetController: Sendable {
    private let datasets: DatasetStore

    /// Makes the controller of a store.
    package init(datasets: DatasetStore) {
        self.datasets = datasets
    }

    /// Declares the routes.
    package func addRoutes(to routes: RouteTable) {
        routes.on(DatasetsAPI.list) { _ in
            DatasetListBody(datasets: try await datasets.summaries().map(DatasetSummaryBody.init))
        }
        routes.on(DatasetsAPI.register) { call, body in
            let (version, isNew) = try await datasets.register(
                name: call.parameter("name"),
                tree: body.tree,
                derivedFrom: body.derivedFrom.map(DatasetReference.init(text:)),
                by: call.principal.name
            )
            return RegisteredDatasetBody(version: DatasetVersionBody(version), created: isNew)
        }
        routes.on(DatasetsAPI.versions) { call in
            let versions = try await datasets.versions(of: call.parameter("name"))
            return DatasetVersionListBody(versions: versions.map(DatasetVersionBody.init))
        }
        routes.on(DatasetsAPI.version) { call in DatasetVersionBody(try await version(of: call)) }
        routes.on(DatasetsAPI.preview) { call in
            let (shard, rows) = try await datasets.preview(
                version(of: call).reference,
                shard: call.query("shard"),
                limit: call.integer("limit", default: 10, in: 1...DatasetStore.maximumPreviewRows)
            )
            return DatasetPreviewBody(shard: DatasetShardBody(shard), rows: rows)
        }
        routes.on(DatasetsAPI.lookup) { call in
            DatasetVersionListBody(versions: try await lookup(call).map(DatasetVersionBody.init))
        }
    }

    private func version(of call: Call) async throws -> DatasetVersion {
        let text = try call.parameter("version")
        let name = try call.parameter("name")
        if text == "latest" { return try await datasets.version(name: name, number: nil) }
        return try await datasets.version(DatasetReference(text: "\(name)@\(text)"))
    }

    private func lookup(_ call: Call) async throws -> [DatasetVersion] {
        switch (call.query("tree"), call.query("shard")) {
        case (let tree?, nil): return try await datasets.versions(tree: Digest(tree))
        case (nil, let shard?): return try await datasets.versions(containing: Digest(shard))
        default:
            throw PlatformError(.invalidArgument, "Name either 'tree' or 'shard', a digest, in the query.")
        }
    }
}
