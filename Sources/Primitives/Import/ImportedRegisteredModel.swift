/// A registered model with its versions and aliases, their numbers and times kept.
package struct ImportedRegisteredModel: Sendable, Hashable, Codable {
    /// Its name.
    package let name: String
    /// What people say about it.
    package let description: String?
    /// When it was created.
    package let creationTime: Int64
    /// When it last changed.
    package let lastUpdateTime: Int64
    /// Its tags, by key.
    package let tags: [ImportedPair]
    /// Its aliases: the alias and the version's number as text, by alias.
    package let aliases: [ImportedPair]
    /// Its versions, by number.
    package let versions: [ImportedModelVersion]

    /// Makes a record.
    package init(
        name: String,
        description: String?,
        creationTime: Int64,
        lastUpdateTime: Int64,
        tags: [ImportedPair],
        aliases: [ImportedPair],
        versions: [ImportedModelVersion]
    ) {
        self.name = name
        self.description = description == "" ? nil : description
        self.creationTime = creationTime
        self.lastUpdateTime = lastUpdateTime
        self.tags = ImportedPair.sorted(tags)
        self.aliases = ImportedPair.sorted(aliases)
        self.versions = versions.sorted { $0.version < $1.version }
    }

    enum CodingKeys: String, CodingKey {
        case name, description, tags, aliases, versions
        case creationTime = "creation_time"
        case lastUpdateTime = "last_update_time"
    }
}

/// A version of a registered model.
package struct ImportedModelVersion: Sendable, Hashable, Codable {
    /// Its number in both places.
    package let version: Int64
    /// What people say about it.
    package let description: String?
    /// Where it came from: a URI.
    package let source: String
    /// Where its files are here: a URI.
    package let storageLocation: String
    /// The run that made it.
    package let runID: String?
    /// A link to that run elsewhere.
    package let runLink: String?
    /// The logged model that it is.
    package let modelID: String?
    /// MLflow's stage.
    package let stage: String
    /// When it was created.
    package let creationTime: Int64
    /// When it last changed.
    package let lastUpdateTime: Int64
    /// Who created it; may be empty.
    package let createdBy: String
    /// Its tags, by key.
    package let tags: [ImportedPair]

    /// Makes a record.
    package init(
        version: Int64,
        description: String?,
        source: String,
        storageLocation: String,
        runID: String?,
        runLink: String?,
        modelID: String?,
        stage: String,
        creationTime: Int64,
        lastUpdateTime: Int64,
        createdBy: String,
        tags: [ImportedPair]
    ) {
        self.version = version
        self.description = description == "" ? nil : description
        self.source = source
        self.storageLocation = storageLocation
        self.runID = runID == "" ? nil : runID
        self.runLink = runLink == "" ? nil : runLink
        self.modelID = modelID == "" ? nil : modelID
        self.stage = stage
        self.creationTime = creationTime
        self.lastUpdateTime = lastUpdateTime
        self.createdBy = createdBy
        self.tags = ImportedPair.sorted(tags)
    }

    enum CodingKeys: String, CodingKey {
        case version, description, source, stage, tags
        case storageLocation = "storage_location"
        case runID = "run_id"
        case runLink = "run_link"
        case modelID = "model_id"
        case creationTime = "creation_time"
        case lastUpdateTime = "last_update_time"
        case createdBy = "created_by"
    }
}
