import Primitives

extension Journal {
    /// How many entries are committed.
    package func size() async throws -> Int64 {
        try await database.read { try JournalEnd.load($0).size }
    }

    /// The Merkle root of the first `size` entries.
    ///
    /// - Throws: `journal_size_unknown` when there are fewer.
    package func root(at size: Int64) async throws -> Digest {
        try await prove(upTo: size) { try $0.root(size) }
    }

    /// The sibling hashes that show that an entry is among the first `size` (RFC 6962 §2.1.1).
    ///
    /// - Throws: `journal_size_unknown`.
    package func inclusionProof(of sequence: Int64, in size: Int64) async throws -> [Digest] {
        guard sequence >= 1, sequence <= size else { throw Self.unknown(sequence) }
        return try await prove(upTo: size) { try $0.inclusion(of: sequence - 1, in: size) }
    }

    /// The hashes that show that the first `new` entries begin with the first `old` (RFC 6962 §2.1.2).
    ///
    /// - Throws: `journal_size_unknown`.
    package func consistencyProof(from old: Int64, to new: Int64) async throws -> [Digest] {
        guard old >= 0, old <= new else { throw Self.unknown(old) }
        return try await prove(upTo: new) { try $0.consistency(from: old, to: new) }
    }

    private func prove<T: Sendable>(upTo size: Int64, _ body: @escaping @Sendable (MerkleProver) throws -> T)
        async throws -> T
    {
        try await database.read { reader in
            guard size >= 0, try JournalEnd.load(reader).size >= size else { throw Self.unknown(size) }
            return try body(MerkleProver(reader))
        }
    }

    private static func unknown(_ size: Int64) -> PlatformError {
        PlatformError(
            ErrorCode("journal_size_unknown", .invalidArgument),
            "The journal has no \(size) entries, in that order."
        )
    }
}
