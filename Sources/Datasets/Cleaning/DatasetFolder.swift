import Foundation
import Primitives

/// A data set as a folder: `dataset.json`, shards (`*.jsonl`, at any depth), perhaps `provenance.json`.
package struct DatasetFolder: Sendable {
    /// The most shards in one data set.
    package static let maximumShards = 10_000

    /// The folder.
    package let path: String
    /// Paths of the shards in the folder, sorted.
    package let shards: [String]
    /// What `dataset.json` says.
    package let description: DatasetDescription

    /// Looks at a folder.
    ///
    /// - Throws: `file_missing` when there is no such folder, `dataset_invalid` without dataset.json or shards.
    package init(path: String) throws {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue,
            let names = FileManager.default.enumerator(atPath: path)
        else {
            throw PlatformError(.fileMissing, "There is no folder '\(path)'.", nextStep: "Check the path.")
        }
        var shards: [String] = []
        while let name = names.nextObject() as? String {
            guard name.hasSuffix(".jsonl") else { continue }
            shards.append(name)
            if shards.count > Self.maximumShards {
                throw PlatformError(.datasetInvalid, "'\(path)' holds more than \(Self.maximumShards) shards.")
            }
        }
        let document = "\(path)/\(DatasetDescription.fileName)"
        guard let data = FileManager.default.contents(atPath: document) else {
            throw PlatformError(
                .datasetInvalid,
                "'\(path)' has no \(DatasetDescription.fileName).",
                nextStep: "Write one with name, licence, source, schema and tags."
            )
        }
        guard !shards.isEmpty else {
            throw PlatformError(
                .datasetInvalid,
                "'\(path)' has no shard (*.jsonl).",
                nextStep: "Write one JSON object a line into files that end in .jsonl."
            )
        }
        self.path = path
        self.shards = shards.sorted()
        description = try DatasetDescription(data)
    }

    /// The bytes of all shards, for a progress bar.
    package var totalBytes: Int64 { shards.reduce(0) { $0 + bytes(of: $1) } }

    /// The bytes of one shard, or 0 when it has gone.
    func bytes(of shard: String) -> Int64 {
        let size = try? FileManager.default.attributesOfItem(atPath: "\(path)/\(shard)")[.size] as? NSNumber
        return size?.int64Value ?? 0
    }

    /// Writes a document for people and programs: sorted keys, indented, one line feed at the end.
    static func save(_ value: some Encodable, named name: String, in folder: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let data = try encoder.encode(value) + Data("\n".utf8)
        try data.write(to: URL(fileURLWithPath: "\(folder)/\(name)"), options: .atomic)
    }
}
