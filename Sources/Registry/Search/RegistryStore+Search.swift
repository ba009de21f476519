import Primitives
import Storage

extension RegistryStore {
    /// One page of models.
    ///
    /// - Parameters:
    ///   - filter: `name`, and tags.
    ///   - order: `name`, `creation_timestamp`, `last_updated_timestamp`; by default by name.
    /// - Throws: `INVALID_PARAMETER_VALUE`.
    package func searchModels(
        filter: String?,
        order: [String],
        maximum: Int,
        token: String?
    ) async throws -> Page<RegisteredModel> {
        try RegistrySearch.page(maximum, upTo: RegistryLimits.modelsPerPage)
        let offset = try OffsetToken.offset(of: token)
        let search = try RegistrySearch.models(filter, order)
        let found = try await database.read { reader in
            try reader.query(search.sql, search.arguments + [.integer(Int64(maximum) + 1), .integer(Int64(offset))])
                .map { try Self.load($0.text("name"), reader) }
        }
        let next = found.count > maximum ? OffsetToken.make(offset + maximum) : nil
        return Page(elements: Array(found.prefix(maximum)), nextToken: next)
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
        try RegistrySearch.page(maximum, upTo: RegistryLimits.versionsPerPage)
        let offset = try OffsetToken.offset(of: token)
        let search = try RegistrySearch.versions(filter, order)
        let found = try await database.read { reader in
            try reader.query(search.sql, search.arguments + [.integer(Int64(maximum) + 1), .integer(Int64(offset))])
                .map { try Self.version($0, reader) }
        }
        let next = found.count > maximum ? OffsetToken.make(offset + maximum) : nil
        return Page(elements: Array(found.prefix(maximum)), nextToken: next)
    }
}
