import Foundation
import Primitives

/// Where the database names objects. A column that is missing here would lose what it names, so a test compares this list
/// with the schema.
package enum ObjectReferences {
    /// What a column holds.
    package enum Kind: String, Sendable {
        /// The digest of one object.
        case file
        /// The digest of a tree, whose files are named with it.
        case tree
        /// Text, often JSON, in which digests stand as `sha256:…`; each may be a file, a tree, or no object of ours.
        case text
    }

    /// One column.
    package struct Column: Sendable, Hashable {
        /// The table's name.
        package let table: String
        /// The column's name.
        package let column: String
        /// What it holds.
        package let kind: Kind
        /// Which rows, as a condition of SQL; empty for all.
        var condition = ""
    }

    /// Every column that names objects.
    package static let columns: [Column] = [
        Column(table: "artifact", column: "digest", kind: .file),
        Column(table: "artifact_upload_part", column: "digest", kind: .file),
        Column(table: "dataset_shard", column: "digest", kind: .file),
        Column(table: "dataset_version", column: "tree", kind: .tree),
        Column(table: "dataset_version", column: "provenance", kind: .text),
        Column(table: "pipeline_version", column: "code", kind: .text),
        Column(table: "pipeline_task", column: "components", kind: .text),
        Column(table: "pipeline_output", column: "digest", kind: .file),
        Column(table: "pipeline_output", column: "digest", kind: .tree, condition: " AND kind = 'tree'"),
        Column(table: "model_version", column: "package_digest", kind: .tree),
        Column(table: "model_version", column: "manifest_digest", kind: .file),
        Column(table: "model_version", column: "source", kind: .text),
        Column(table: "model_version", column: "storage_location", kind: .text),
        Column(table: "model_version_content", column: "tree_digest", kind: .text),
        Column(table: "model_attestation", column: "details", kind: .text),
        Column(table: "endpoint", column: "package_digest", kind: .tree),
    ]

    /// Columns with names like those above that name no object of the store.
    package static let others: Set<String> = [
        // SHA-256 over a definition and its code; the code itself is in `code`.
        "pipeline_version.digest",
        // SHA-256 of a migration's text.
        "schema_migration.digest",
        // Digests that MLflow's client makes of data sets that it never sends.
        "run_dataset.digest", "logged_model_metric.dataset_digest", "evaluation_dataset.digest",
    ]

    /// What the database names at one moment.
    struct Roots: Sendable {
        /// Objects.
        var files: Set<Digest> = []
        /// Trees that must be readable.
        var trees: Set<Digest> = []
        /// Digests that may be of anything.
        var unknown: Set<Digest> = []
    }

    /// Every digest that the database names, read at one moment.
    static func roots(_ reader: any SQLReader) throws -> Roots {
        var roots = Roots()
        for place in columns {
            let sql =
                place.kind == .text
                ? "SELECT \(place.column) AS value FROM \(place.table) WHERE \(place.column) LIKE '%sha256:%'"
                : "SELECT DISTINCT \(place.column) AS value FROM \(place.table) WHERE \(place.column) IS NOT NULL\(place.condition)"
            for row in try reader.query(sql) {
                let text = try row.text("value")
                switch place.kind {
                case .file: roots.files.insert(try Digest(text))
                case .tree: roots.trees.insert(try Digest(text))
                case .text: roots.unknown.formUnion(digests(in: text))
                }
            }
        }
        return roots
    }

    /// Every `sha256:` with 64 digits in a text.
    static func digests(in text: String) -> [Digest] {
        var found: [Digest] = []
        var rest = text[...]
        while let mark = rest.range(of: "sha256:") {
            rest = rest[mark.upperBound...]
            if let digest = try? Digest(String(rest.prefix(64))) { found.append(digest) }
        }
        return found
    }
}
