/// Bodies of the MLflow REST calls about registered models (`model_registry.proto`). Every member is optional here, since a
/// missing one has an error of its own; unknown members are ignored.
package enum MLflowRegistryBodies {
    /// Create, rename, update, delete and tags of a model; its aliases; its latest versions.
    package struct Model: Decodable, Sendable {
        /// The name.
        package let name: String?
        /// The name to give.
        package let newName: String?
        /// What people say about it.
        package let description: String?
        /// Tags.
        package let tags: [MLflowBodies.Pair]?
        /// The key.
        package let key: String?
        /// The text or number.
        package let value: String?
        /// The alias.
        package let alias: String?
        /// The version.
        package let version: String?
        /// Stages.
        package let stages: [String]?

        enum CodingKeys: String, CodingKey {
            case name
            case newName = "new_name"
            case description
            case tags
            case key
            case value
            case alias
            case version
            case stages
        }
    }

    /// Create, update, delete, stages and tags of a version.
    package struct Version: Decodable, Sendable {
        /// The name.
        package let name: String?
        /// The version.
        package let version: String?
        /// Where it came from.
        package let source: String?
        /// The run.
        package let runID: String?
        /// A link to the run elsewhere.
        package let runLink: String?
        /// The logged model.
        package let modelID: String?
        /// What people say about it.
        package let description: String?
        /// Tags.
        package let tags: [MLflowBodies.Pair]?
        /// The stage.
        package let stage: String?
        /// Whether the others of the stage are archived.
        package let archiveExistingVersions: Bool?
        /// The key.
        package let key: String?
        /// The text or number.
        package let value: String?

        enum CodingKeys: String, CodingKey {
            case name
            case version
            case source
            case runID = "run_id"
            case runLink = "run_link"
            case modelID = "model_id"
            case description
            case tags
            case stage
            case archiveExistingVersions = "archive_existing_versions"
            case key
            case value
        }
    }
}
