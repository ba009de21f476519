import Primitives

/// Every version of every data set.
struct DatasetsPage: ConsolePage {
    static let template = "datasets"
    static let section: PageFrame.Section? = .data
    let heading = "Data"

    struct Row: Sendable, Hashable {
        let name: String
        let href: String
        let version: String
        let rows: String
        let shards: String
        let size: String
        let licence: String
        let tags: [String]
        let digest: DigestLabel
        let when: Moment
    }

    let rows: [Row]
    let isEmpty: Bool

    init(_ datasets: [Console.Dataset], now: Timestamp) {
        rows = datasets.map { dataset in
            Row(
                name: dataset.name,
                href: ConsolePath.dataset(dataset.name, dataset.version),
                version: "v\(dataset.version)",
                rows: Wording.count(dataset.rows),
                shards: String(dataset.shards.count),
                size: Wording.bytes(dataset.shards.map(\.bytes).reduce(0, +)),
                licence: dataset.licence,
                tags: dataset.tags,
                digest: DigestLabel(dataset.digest),
                when: Moment(dataset.createdAt, now: now)
            )
        }
        isEmpty = rows.isEmpty
    }
}

/// One version of a data set: its shards and how it came to be.
struct DatasetPage: ConsolePage {
    static let template = "dataset"
    static let section: PageFrame.Section? = .data
    let heading: String
    let crumbs = [PageFrame.Crumb("Data", "/data")]

    struct ShardRow: Sendable, Hashable {
        let path: String
        let digest: DigestLabel
        let size: String
        let rows: String
    }

    let facts: [Fact]
    let tags: [String]
    let hasTags: Bool
    let shards: [ShardRow]
    let provenance: [Fact]
    let hasProvenance: Bool

    init(_ dataset: Console.Dataset) {
        heading = "\(dataset.name) v\(dataset.version)"
        var facts = [
            Fact("Rows", Wording.count(dataset.rows)),
            Fact("Size", Wording.bytes(dataset.shards.map(\.bytes).reduce(0, +))),
            Fact("Licence", dataset.licence),
            Fact("Source", dataset.source),
            Fact("Made", "\(Wording.moment(dataset.createdAt)) UTC"),
            Fact("Digest", Wording.short(dataset.digest)),
        ]
        if let run = dataset.pipelineRun {
            facts.append(Fact("Pipeline run", Wording.identifier(run), link: ConsolePath.pipelineRun(run)))
        }
        self.facts = facts
        tags = dataset.tags
        hasTags = !dataset.tags.isEmpty
        shards = dataset.shards.map { shard in
            ShardRow(
                path: shard.path,
                digest: DigestLabel(shard.digest),
                size: Wording.bytes(shard.bytes),
                rows: shard.rows.map(Wording.count) ?? "–"
            )
        }
        provenance = Self.flatten(dataset.provenance, "")
        hasProvenance = !provenance.isEmpty
    }

    /// The leaves of a document with their dotted paths, at most 200.
    static func flatten(_ value: JSONValue, _ path: String) -> [Fact] {
        switch value {
        case .object(let members):
            let facts = members.sorted { $0.key < $1.key }.flatMap { key, value in
                flatten(value, path.isEmpty ? key : "\(path).\(key)")
            }
            return Array(facts.prefix(200))
        case .array(let elements) where elements.contains { $0.objectValue != nil || $0.arrayValue != nil }:
            return Array(elements.enumerated().flatMap { flatten($1, "\(path)[\($0)]") }.prefix(200))
        case .array(let elements):
            return [Fact(path, elements.map { $0.stringValue ?? Wording.json($0) }.joined(separator: ", "))]
        case .null: return []
        default: return [Fact(path, value.stringValue ?? Wording.json(value))]
        }
    }
}
