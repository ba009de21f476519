import Primitives

/// The routes of data sets.
package enum DatasetsAPI {
    /// Every data set.
    package static let list = Route(.get, "/api/v1/datasets", permission: .dataRead, reply: DatasetListBody.self)

    /// Registers a tree as a version; the same tree again gives the same version.
    package static let register = Route(
        .post,
        "/api/v1/datasets/{name}/versions",
        permission: .dataWrite,
        body: RegisterDatasetBody.self,
        reply: RegisteredDatasetBody.self
    )

    /// The versions of a data set.
    package static let versions = Route(
        .get,
        "/api/v1/datasets/{name}/versions",
        permission: .dataRead,
        reply: DatasetVersionListBody.self
    )

    /// One version; `latest` stands for the newest number.
    package static let version = Route(
        .get,
        "/api/v1/datasets/{name}/versions/{version}",
        permission: .dataRead,
        reply: DatasetVersionBody.self
    )

    /// The first rows of a shard; query `shard` (default: the first) and `limit` (1 to 100, default 10).
    package static let preview = Route(
        .get,
        "/api/v1/datasets/{name}/versions/{version}/rows",
        permission: .dataRead,
        reply: DatasetPreviewBody.self
    )

    /// Versions by content; query `tree` or `shard`, a digest.
    package static let lookup = Route(
        .get,
        "/api/v1/dataset-versions",
        permission: .dataRead,
        reply: DatasetVersionListBody.self
    )
}
