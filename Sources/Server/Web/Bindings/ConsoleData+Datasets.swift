import Datasets
import Primitives

extension ConsoleData {
    /// Answers the questions about data sets.
    mutating func bind(datasets store: DatasetStore) {
        datasets = {
            var out: [Console.Dataset] = []
            for summary in try await store.summaries().prefix(100) {
                out += try await store.versions(of: summary.name).prefix(20).map(Console.Dataset.init)
            }
            return out.sorted { $0.createdAt > $1.createdAt }
        }
        dataset = { name, version in
            Console.Dataset(try await store.version(name: name, number: Int64(version)))
        }
    }
}

extension Console.Dataset {
    fileprivate init(_ version: DatasetVersion) {
        self.init(
            name: version.reference.name,
            version: Int(version.reference.number),
            digest: version.tree.description,
            createdAt: version.createdAt,
            rows: version.rows,
            licence: version.licence,
            source: Self.words(version.source),
            tags: Self.tags(version.tags),
            shards: version.shards.map {
                Console.Shard(path: $0.path, digest: $0.digest.description, bytes: $0.bytes, rows: $0.rows)
            },
            provenance: version.provenance,
            pipelineRun: nil
        )
    }

    private static func words(_ source: JSONValue) -> String {
        source.stringValue ?? DatasetPage.flatten(source, "").map { "\($0.label) \($0.text)" }.joined(separator: ", ")
    }

    private static func tags(_ tags: JSONValue) -> [String] {
        tags.arrayValue?.map { $0.stringValue ?? Wording.json($0) }
            ?? DatasetPage.flatten(tags, "").map { "\($0.label): \($0.text)" }
    }
}
