import Primitives
import Storage

/// One record as a client sends it, checked. A missing member is nil; a null one is `.null`.
struct RecordInput: Sendable {
    let inputs: OrderedJSON
    let outputs: OrderedJSON?
    let expectations: OrderedJSON?
    let tags: OrderedJSON?
    let source: OrderedJSON?
    let sourceID: String?
    let sourceType: String?
    /// SHA-256 of the inputs with sorted names: records of a data set with equal inputs are one record.
    let hash: String

    /// The records of a request.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE`.
    static func parse(_ text: String) throws -> [RecordInput] {
        guard let elements = try OrderedJSON(parsing: text, what: "records").elements else {
            throw PlatformError.mlflowInvalid("records must be a JSON array of objects.")
        }
        return try elements.map(RecordInput.init)
    }

    private init(_ record: OrderedJSON) throws {
        guard record.members != nil else { throw PlatformError.mlflowInvalid("Each record must be a JSON object.") }
        inputs = try Self.object("inputs", of: record) ?? .object([])
        outputs = record["outputs"]
        expectations = try Self.object("expectations", of: record)
        tags = try Self.object("tags", of: record)
        hash = Hex.encode(Digest.sha256(of: .init(inputs.canonical.utf8)).bytes)
        guard let sent = record["source"], !sent.isEmpty else {
            source = nil
            sourceID = nil
            sourceType = nil
            return
        }
        let kind = sent["source_type"]?.stringValue?.uppercased() ?? ""
        guard EvaluationRecord.sourceTypes.contains(kind) else {
            throw PlatformError.mlflowInvalid(
                "Invalid dataset record source type: \(kind.prefix(100)). "
                    + "Valid source types: ['UNSPECIFIED', 'TRACE', 'HUMAN', 'DOCUMENT', 'CODE']"
            )
        }
        let data = sent["source_data"].flatMap { $0 == .null ? nil : $0 } ?? .object([])
        source = .object([.init("source_type", .string(kind)), .init("source_data", data)])
        sourceType = kind
        sourceID = data[kind == "TRACE" ? "trace_id" : "source_id"]?.stringValue
    }

    /// The `mlflow.user` tag: who wrote the record.
    var user: String? { tags?["mlflow.user"]?.stringValue }

    private static func object(_ name: String, of record: OrderedJSON) throws -> OrderedJSON? {
        guard let value = record[name] else { return nil }
        if value == .null, name != "inputs" { return nil }
        guard value.members != nil else {
            throw PlatformError.mlflowInvalid("'\(name)' of a record must be a JSON object, not \(value.typeName).")
        }
        return value
    }
}
