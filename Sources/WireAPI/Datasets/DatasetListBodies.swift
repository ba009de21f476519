import Primitives

/// A data set in a list.
package struct DatasetSummaryBody: Codable, Sendable, Equatable {
    /// The data set.
    package let name: String
    /// The number of its newest version.
    package let versions: Int64
    /// Rows of the newest version.
    package let rows: Int64
    /// Bytes of the newest version.
    package let bytes: Int64
    /// Licence of the newest version.
    package let licence: String
    /// When the newest version was registered, milliseconds since 1970.
    package let updatedAt: Timestamp

    /// Makes a body.
    package init(name: String, versions: Int64, rows: Int64, bytes: Int64, licence: String, updatedAt: Timestamp) {
        self.name = name
        self.versions = versions
        self.rows = rows
        self.bytes = bytes
        self.licence = licence
        self.updatedAt = updatedAt
    }

    enum CodingKeys: String, CodingKey {
        case name, versions, rows, bytes, licence
        case updatedAt = "updated_at"
    }
}

/// Every data set, by name.
package struct DatasetListBody: Codable, Sendable, Equatable {
    /// The data sets.
    package let datasets: [DatasetSummaryBody]

    /// Makes a body.
    package init(datasets: [DatasetSummaryBody]) {
        self.datasets = datasets
    }
}

/// Versions, newest first.
package struct DatasetVersionListBody: Codable, Sendable, Equatable {
    /// The versions.
    package let versions: [DatasetVersionBody]

    /// Makes a body.
    package init(versions: [DatasetVersionBody]) {
        self.versions = versions
    }
}

/// The first rows of a shard.
package struct DatasetPreviewBody: Codable, Sendable, Equatable {
    /// The shard.
    package let shard: DatasetShardBody
    /// Its first rows.
    package let rows: [JSONValue]

    /// Makes a body.
    package init(shard: DatasetShardBody, rows: [JSONValue]) {
        self.shard = shard
        self.rows = rows
    }
}
