import Foundation
import Primitives

/// `dataset.json`: what a data set is. Members that are not known here are kept as they are.
package struct DatasetDescription: Sendable, Equatable {
    /// The document's name in a folder or tree.
    package static let fileName = "dataset.json"
    /// The name of the document that says where the rows come from.
    package static let provenanceName = "provenance.json"
    /// The largest of the two documents, in bytes.
    package static let maximumBytes = 4 << 20

    /// Every member, by name.
    package let members: [String: JSONValue]

    /// Reads the document.
    ///
    /// - Throws: `invalid_json`; `dataset_invalid` when it is no object or says no licence.
    package init(_ data: Data) throws {
        let value = try CanonicalJSON.decode(JSONValue.self, from: data, what: Self.fileName)
        guard data.count <= Self.maximumBytes, let members = value.objectValue else {
            throw PlatformError(
                .datasetInvalid,
                "\(Self.fileName) is not a JSON object of at most \(Self.maximumBytes) bytes."
            )
        }
        guard members["licence"]?.stringValue ?? members["license"]?.stringValue != nil else {
            throw PlatformError(
                .datasetInvalid,
                "\(Self.fileName) has no 'licence'.",
                nextStep: "Say under which licence the data may be used, as an SPDX identifier where there is one."
            )
        }
        self.members = members
    }

    private init(members: [String: JSONValue]) {
        self.members = members
    }

    /// The licence, an SPDX identifier where there is one.
    package var licence: String { members["licence"]?.stringValue ?? members["license"]?.stringValue ?? "" }
    /// Where the data come from: text or an object; null when nothing is said.
    package var source: JSONValue { members["source"] ?? .null }
    /// The fields of a row and their types.
    package var schema: JSONValue { members["schema"] ?? .object([:]) }
    /// Words to find the data set by.
    package var tags: JSONValue { members["tags"] ?? .object([:]) }

    /// The same description with new counts of rows; counts that were not taken again are dropped, since they may be wrong.
    package func counting(_ shards: [(path: String, rows: Int64)]) -> DatasetDescription {
        var changed = members
        changed["shards"] = .array(shards.map { ["file": .string($0.path), "rows": .integer($0.rows)] })
        changed["counts"] = ["rows": .integer(shards.reduce(0) { $0 + $1.rows })]
        return DatasetDescription(members: changed)
    }
}
