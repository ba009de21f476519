import Primitives
import Storage

extension RegistryStore {
    /// The version that holds a package, if it was registered already.
    package func version(of name: String, package digest: Digest) async throws -> ModelVersion? {
        try await database.read { try Self.find(name, digest, $0) }
    }

    /// Registers a sealed package as a version; the model is made when it is not there. The same package again gives the same
    /// version, whoever asks: a cached pipeline registers nothing twice.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE`.
    package func register(
        _ seal: PackageSeal,
        as name: String,
        mlflowRun: String?,
        pipelineRun: String?,
        pipelineTask: String?,
        tags: [ModelTag],
        actor: String
    ) async throws -> ModelVersion {
        try RegistryLimits.check(model: name)
        for tag in tags { try RegistryLimits.check(tag) }
        let now = time.now()
        return try await database.write { transaction in
            if let known = try Self.find(name, seal.package, transaction) { return known }
            if try !Self.exists(name, transaction) { try Self.insert(model: name, nil, [], now, actor, transaction) }
            return try Self.insert(
                NewVersion(source: "", runID: mlflowRun, tags: tags),
                name,
                Sealing(seal: seal, pipelineRun: pipelineRun, pipelineTask: pipelineTask),
                now,
                actor,
                transaction
            )
        }
    }

    private static func find(_ name: String, _ digest: Digest, _ reader: any SQLReader) throws -> ModelVersion? {
        let rows = try reader.query(
            "SELECT * FROM model_version WHERE model = ? AND package_digest = ? AND stage <> 'Deleted_Internal'",
            [.text(name), .digest(digest)]
        )
        return try versions(rows, reader).first
    }
}
