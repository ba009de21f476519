import Primitives
import Storage

/// Keeps the questions of label schemas.
package struct LabelSchemaStore: Sendable {
    /// The longest name, in characters.
    static let nameLength = 250
    /// The longest instruction, in characters.
    static let instructionLength = 1000
    /// The name of the question that every experiment has.
    static let defaultName = "Feedback"

    let database: any Database
    let time: TimeSource
    let identifiers: IdentifierSource

    /// Makes a store.
    package init(database: any Database, time: TimeSource = .system, identifiers: IdentifierSource = .system) {
        self.database = database
        self.time = time
        self.identifiers = identifiers
    }

    /// Creates a schema.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE`, `RESOURCE_DOES_NOT_EXIST`, `RESOURCE_ALREADY_EXISTS`.
    package func create(
        _ name: String,
        experiment: Int64,
        kind: LabelSchema.Kind,
        input: LabelInput,
        instruction: String?,
        enablesComment: Bool,
        actor: String
    ) async throws -> LabelSchema {
        try Self.check(name: name)
        try Self.check(instruction: instruction)
        try input.check()
        let id = "ls-\(identifiers())"
        let now = time.now()
        return try await database.write { transaction in
            try EvaluationSQL.requireVisible(experiment: experiment, transaction)
            try Self.requireFree(name, experiment, except: id, transaction)
            try transaction.execute(
                Self.insert,
                [
                    .text(id), .integer(experiment), .text(name), .text(kind.rawValue), .optional(instruction),
                    .bool(enablesComment), .text(input.document.written), .time(now), .time(now), .bool(false),
                ]
            )
            try Self.record("created", id, actor, in: transaction)
            return try Self.load(id, transaction)
        }
    }

    /// A schema.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST`.
    package func get(_ id: String) async throws -> LabelSchema {
        try await database.read { try Self.load(id, $0) }
    }

    /// The schema with a name.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST`.
    package func get(named name: String, experiment: Int64) async throws -> LabelSchema {
        try await database.read { reader in
            try EvaluationSQL.requireVisible(experiment: experiment, reader)
            let row = try reader.first(
                "SELECT * FROM label_schema WHERE experiment_id = ? AND name = ?",
                [.integer(experiment), .text(name)]
            )
            guard let row else {
                throw PlatformError.mlflowMissing(
                    "Label schema with name '\(name)' not found for experiment '\(experiment)'."
                )
            }
            return try LabelSchema(row: row)
        }
    }

    /// One page of an experiment's schemas, newest first. The first call for an experiment makes its default question.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE`, `RESOURCE_DOES_NOT_EXIST`.
    package func list(experiment: Int64, maximum: Int, token: String?) async throws -> Page<LabelSchema> {
        try EvaluationSQL.checkPage(maximum)
        let pageOrder = PageOrder([
            SortTerm("created_time", ascending: false), SortTerm("schema_id"),
        ])
        let place = try pageOrder.condition(after: token)
        let found: @Sendable (any SQLReader) throws -> [SQLRow] = { reader in
            try reader.query(
                "SELECT * FROM label_schema WHERE experiment_id = ? AND \(place.sql) ORDER BY \(pageOrder.sql) LIMIT ?",
                [.integer(experiment)] + place.arguments + [.integer(Int64(maximum) + 1)]
            )
        }
        let known = try await database.read { reader in
            try EvaluationSQL.requireVisible(experiment: experiment, reader)
            return try Self.hasDefault(experiment, reader) ? found(reader) : nil
        }
        let rows: [SQLRow]
        if let known { rows = known } else { rows = try await makeDefault(experiment, then: found) }
        let page = try pageOrder.page(rows, maximum: maximum)
        return Page(elements: try page.elements.map(LabelSchema.init), nextToken: page.nextToken)
    }

    /// Changes what is not nil; the kind of input and whether it takes several options stay.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE`, `RESOURCE_DOES_NOT_EXIST`, `RESOURCE_ALREADY_EXISTS`.
    package func update(
        _ id: String,
        name: String?,
        instruction: String?,
        enablesComment: Bool?,
        input: LabelInput?,
        actor: String
    ) async throws -> LabelSchema {
        let now = time.now()
        return try await database.write { transaction in
            let known = try Self.load(id, transaction)
            if known.isDefault {
                throw PlatformError.mlflowInvalid("The experiment's default question cannot be edited.")
            }
            if let name { try Self.check(name: name) }
            try Self.check(instruction: instruction)
            if let input { try Self.check(input, replaces: known.input) }
            if let name { try Self.requireFree(name, known.experimentID, except: id, transaction) }
            try transaction.execute(
                "UPDATE label_schema SET name = ?, instruction = ?, enable_comment = ?, input = ?, last_update_time = ? "
                    + "WHERE schema_id = ?",
                [
                    .text(name ?? known.name), .optional(instruction ?? known.instruction),
                    .bool(enablesComment ?? known.enablesComment), .text((input ?? known.input).document.written),
                    .time(now), .text(id),
                ]
            )
            try Self.record("changed", id, actor, in: transaction)
            return try Self.load(id, transaction)
        }
    }

    /// Deletes a schema; one that is not there is no error. Answers that were given stay.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE` for the default question.
    package func delete(_ id: String, actor: String) async throws {
        try await database.write { transaction in
            let row = try transaction.first("SELECT is_default FROM label_schema WHERE schema_id = ?", [.text(id)])
            guard let row else { return }
            if try row.bool("is_default") {
                throw PlatformError.mlflowInvalid("The experiment's default question cannot be deleted.")
            }
            try transaction.execute("DELETE FROM label_schema WHERE schema_id = ?", [.text(id)])
            try Self.record("deleted", id, actor, in: transaction)
        }
    }
}

extension LabelSchemaStore {
    private static let insert =
        "INSERT INTO label_schema (schema_id, experiment_id, name, kind, instruction, enable_comment, input, "
        + "created_time, last_update_time, is_default) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"

    /// Makes the default question, unless another caller was first, and reads in the same transaction.
    private func makeDefault(
        _ experiment: Int64,
        then found: @escaping @Sendable (any SQLReader) throws -> [SQLRow]
    ) async throws -> [SQLRow] {
        let id = "ls-\(identifiers())"
        let now = time.now()
        return try await database.write { transaction in
            if try !Self.hasDefault(experiment, transaction) {
                let count = try transaction.execute(
                    Self.insert,
                    [
                        .text(id), .integer(experiment), .text(Self.defaultName), .text("FEEDBACK"),
                        .text("Share any feedback on this trace."), .bool(false),
                        .text(LabelInput.text(longest: nil).document.written), .time(now), .time(now), .bool(true),
                    ]
                )
                if count > 0 { try Self.record("created", id, "system", in: transaction) }
            }
            return try found(transaction)
        }
    }

    private static func hasDefault(_ experiment: Int64, _ reader: any SQLReader) throws -> Bool {
        try reader.first(
            "SELECT 1 AS found FROM label_schema WHERE experiment_id = ? AND name = ?",
            [.integer(experiment), .text(defaultName)]
        ) != nil
    }

    private static func load(_ id: String, _ reader: any SQLReader) throws -> LabelSchema {
        guard let row = try reader.first("SELECT * FROM label_schema WHERE schema_id = ?", [.text(id)]) else {
            throw PlatformError.mlflowMissing("Label schema with id '\(id)' not found.")
        }
        return try LabelSchema(row: row)
    }

    private static func requireFree(_ name: String, _ experiment: Int64, except id: String, _ reader: any SQLReader)
        throws
    {
        let taken = try reader.first(
            "SELECT 1 AS found FROM label_schema WHERE experiment_id = ? AND name = ? AND schema_id <> ?",
            [.integer(experiment), .text(name), .text(id)]
        )
        if taken != nil {
            throw PlatformError(
                .mlflowAlreadyExists,
                "Label schema with name '\(name)' already exists for experiment '\(experiment)'."
            )
        }
    }

    private static func check(name: String) throws {
        if name.isEmpty { throw PlatformError.mlflowInvalid("Label schema `name` must be a non-empty string; got ''.") }
        let length = name.unicodeScalars.count
        if length > nameLength {
            throw PlatformError.mlflowInvalid(
                "Label schema `name` must be at most \(nameLength) characters; got \(length)."
            )
        }
        if name.stripped.lowercased() == defaultName.lowercased() {
            throw PlatformError.mlflowInvalid(
                "`\(name)` is reserved for the experiment's default question and cannot be used for another label schema."
            )
        }
    }

    private static func check(instruction: String?) throws {
        guard let length = instruction?.unicodeScalars.count, length > instructionLength else { return }
        throw PlatformError.mlflowInvalid(
            "Label schema `instruction` must be at most \(instructionLength) characters; got \(length)."
        )
    }

    private static func check(_ input: LabelInput, replaces known: LabelInput) throws {
        try input.check()
        guard input.typeName == known.typeName else {
            throw PlatformError.mlflowInvalid(
                "A label schema's input type cannot be changed after creation "
                    + "(existing: \(known.typeName), got: \(input.typeName))."
            )
        }
        if case .categorical(_, let several) = input, case .categorical(_, let before) = known, several != before {
            throw PlatformError.mlflowInvalid("`InputCategorical.multi_select` cannot be changed after creation.")
        }
    }

    private static func record(_ what: String, _ id: String, _ actor: String, in transaction: any SQLTransaction) throws
    {
        try transaction.record(
            JournalEvent(kind: "evaluation.label-schema.\(what)", subject: "label-schema/\(id)", actor: actor)
        )
    }
}
