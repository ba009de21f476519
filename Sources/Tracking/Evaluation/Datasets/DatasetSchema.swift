import Primitives

/// What MLflow calls the schema of a data set: each field of the records with the kind of its first value.
enum DatasetSchema {
    /// A schema with the fields of some records added; nil while there is none.
    static func extended(_ schema: String?, with records: [RecordInput]) throws -> String? {
        if records.isEmpty { return schema }
        var document = try schema.map { try OrderedJSON(parsing: $0, what: "A stored schema") } ?? empty
        for record in records {
            add(record.inputs, to: "inputs", of: &document)
            if let outputs = record.outputs, outputs != .null {
                if outputs.members != nil {
                    add(outputs, to: "outputs", of: &document)
                } else if document["outputs"]?.isEmpty == true {
                    document = document.setting("outputs", .string(outputs.typeName))
                }
            }
            if let expectations = record.expectations { add(expectations, to: "expectations", of: &document) }
        }
        return document.written
    }

    private static let empty = OrderedJSON.object([
        .init("inputs", .object([])), .init("outputs", .object([])), .init("expectations", .object([])),
        .init("version", .string("1.0")),
    ])

    private static func add(_ fields: OrderedJSON, to part: String, of document: inout OrderedJSON) {
        guard var known = document[part], known.members != nil else { return }
        let names = Set((known.members ?? []).map(\.key))
        let new = (fields.members ?? []).filter { !names.contains($0.key) }
        if new.isEmpty { return }
        for field in new { known = known.setting(field.key, .string(field.value.typeName)) }
        document = document.setting(part, known)
    }
}
