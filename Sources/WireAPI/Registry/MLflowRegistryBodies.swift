/// Bodies of the MLflow REST calls about registered models (`model_registry.proto`). Every member is optional here, since a
/// missing one has an error of its own; unknown members are ignored.
package enum MLflowRegistryBodies {
    /// Create, rename, update, delete and tags of a model; its aliases; its latest versions.
    package struct Model: Decodable, Sendable {
        package let name: String?
        package let new_name: String?
        package let description: String?
        package let tags: [MLflowBodies.Pair]?
        package let key: String?
        package let value: String?
        package let alias: String?
        package let version: String?
        package let stages: [String]?
    }

    /// Create, update, delete, stages and tags of a version.
    package struct Version: Decodable, Sendable {
        package let name: String?
        package let version: String?
        package let source: String?
        package let run_id: String?
        package let run_link: String?
        package let model_id: String?
        package let description: String?
        package let tags: [MLflowBodies.Pair]?
        package let stage: String?
        package let archive_existing_versions: Bool?
        package let key: String?
        package let value: String?
    }
}
