/// An experiment that keeps its number, times and stage. Times are milliseconds, as in every record of an import.
package struct ImportedExperiment: Sendable, Hashable, Codable {
    /// Its number in both places.
    package let id: Int64
    /// Its name.
    package let name: String
    /// Where its runs keep artifacts here: a URI.
    package let artifactLocation: String
    /// `active` or `deleted`.
    package let lifecycleStage: String
    /// When it was created.
    package let creationTime: Int64
    /// When it last changed.
    package let lastUpdateTime: Int64
    /// Its tags, by key.
    package let tags: [ImportedPair]

    /// Makes a record.
    package init(
        id: Int64,
        name: String,
        artifactLocation: String,
        lifecycleStage: String,
        creationTime: Int64,
        lastUpdateTime: Int64,
        tags: [ImportedPair]
    ) {
        self.id = id
        self.name = name
        self.artifactLocation = artifactLocation
        self.lifecycleStage = lifecycleStage
        self.creationTime = creationTime
        self.lastUpdateTime = lastUpdateTime
        self.tags = ImportedPair.sorted(tags)
    }

    enum CodingKeys: String, CodingKey {
        case id, name, tags
        case artifactLocation = "artifact_location"
        case lifecycleStage = "lifecycle_stage"
        case creationTime = "creation_time"
        case lastUpdateTime = "last_update_time"
    }
}
