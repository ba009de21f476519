import Primitives
import Storage

extension DatasetStore {
    /// The most rows of one preview.
    package static let maximumPreviewRows = 100
    /// The most bytes that a preview reads from a shard.
    package static let maximumPreviewBytes: Int64 = 4 << 20

    /// The first rows of a shard, from verified bytes: at most `limit` rows and `maximumPreviewBytes`.
    ///
    /// - Parameter shard: its path; nil takes the first shard.
    /// - Throws: `dataset_not_found` for the version or the shard, `object_corrupt`.
    package func preview(
        _ reference: DatasetReference,
        shard: String?,
        limit: Int
    ) async throws -> (shard: DatasetShard, rows: [JSONValue]) {
        let version = try await version(reference)
        guard let found = shard.map({ path in version.shards.first { $0.path == path } }) ?? version.shards.first else {
            throw PlatformError(
                .datasetNotFound,
                "\(reference) has no shard '\(shard ?? "")'.",
                nextStep: Suggestion.phrase(for: shard ?? "", among: version.shards.map(\.path)),
                context: ["dataset": reference.description]
            )
        }
        let wanted = min(limit, Self.maximumPreviewRows)
        var lines = LineSplitter(name: found.path)
        var rows: [ShardLine] = []
        let end = min(found.bytes, Self.maximumPreviewBytes)
        for try await block in objects.stream(found.digest, range: end < found.bytes ? 0..<end : nil) {
            rows.append(contentsOf: try lines.add(block))
            if rows.count >= wanted { break }
        }
        if rows.count < wanted, end == found.bytes { rows.append(contentsOf: try lines.finish()) }
        return (found, try rows.prefix(wanted).map { try Self.json($0, of: found) })
    }

    private static func json(_ line: ShardLine, of shard: DatasetShard) throws -> JSONValue {
        do {
            return try RowParser.parse(line.bytes).json
        } catch {
            throw error.located(file: shard.path, line: line.number)
        }
    }
}

extension RowValue {
    /// The value as the rest of the platform passes JSON on.
    var json: JSONValue {
        switch self {
        case .string(let text): return .string(String(decoding: text, as: UTF8.self))
        case .array(let elements): return .array(elements.map(\.json))
        case .object(let members):
            let pairs = members.map { (String(decoding: $0.key, as: UTF8.self), $0.value.json) }
            return .object(Dictionary(pairs) { first, _ in first })
        case .literal(let text):
            let word = String(decoding: text, as: UTF8.self)
            switch word {
            case "true": return .bool(true)
            case "false": return .bool(false)
            case "null": return .null
            default: return Int64(word).map(JSONValue.integer) ?? Double(word).map(JSONValue.number) ?? .string(word)
            }
        }
    }
}
