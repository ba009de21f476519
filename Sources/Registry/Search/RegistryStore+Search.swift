import Primitives
import Storage

extension RegistryStore {
    /// One page of models.
    ///
    /// - Parameters:
    ///   - filter: `name`, and tags.
    ///   - order: `name`, `last_updated_timestamp`; by default by name.
    /// - Throws: `INVALID_PARAMETER_VALUE`.
    package func searchModels(
        filter: String?,
        order: [String],
        maximum: Int,
        token: String?
    ) async throws -> Page<RegisteredModel> {
        try RegistrySearch.check(page: maximum, upTo: RegistryLimits.modelsPerPage)
        let search = try RegistrySearch.models(filter, order)
        return try await database.read { reader in
            let page = try search.page(maximum, after: token, reader)
            return Page(elements: try Self.models(page.elements, reader), nextToken: page.nextToken)
        }
    }

    /// One page of versions.
    ///
    /// - Parameters:
    ///   - filter: `name`, `version_number`, `run_id`, `source_path`, and tags.
    ///   - order: `name`, `version_number`, `creation_timestamp`, `last_updated_timestamp`; by default the last updated first.
    /// - Throws: `INVALID_PARAMETER_VALUE`.
    package func searchVersions(
        filter: String?,
        order: [String],
        maximum: Int,
        token: String?
    ) async throws -> Page<ModelVersion> {
        try RegistrySearch.check(page: maximum, upTo: RegistryLimits.versionsPerPage)
        let search = try RegistrySearch.versions(filter, order)
        return try await database.read { reader in
            let page = try search.page(maximum, after: token, reader)
            return Page(elements: try Self.versions(page.elements, reader), nextToken: page.nextToken)
        }
    }
}
