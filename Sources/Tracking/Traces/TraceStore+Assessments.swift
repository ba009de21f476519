import Primitives
import Storage

extension TraceStore {
    /// Adds an assessment. The one that it overrides is no longer valid.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST` without the trace or the one overridden, `INVALID_PARAMETER_VALUE`.
    package func create(_ assessment: Assessment, actor: String) async throws -> Assessment {
        try assessment.check()
        let assessment = completed(assessment)
        return try await database.write { transaction in
            try Self.require(assessment.traceID, transaction)
            if let overridden = assessment.overrides {
                let count = try transaction.execute(
                    "UPDATE trace_assessment SET valid = 0 WHERE trace_id = ? AND assessment_id = ?",
                    [.text(assessment.traceID), .text(overridden)]
                )
                guard count == 1 else { throw Self.missing(overridden, of: assessment.traceID) }
            }
            try assessment.insert(in: transaction)
            try Self.record("created", assessment, actor, transaction)
            return assessment
        }
    }

    /// An assessment.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST`.
    package func assessment(_ id: String, of trace: String) async throws -> Assessment {
        try await database.read { try Self.assessment(id, of: trace, $0) }
    }

    /// What changes in an assessment; nil for what stays.
    package struct AssessmentChange: Sendable {
        /// Its name.
        package var name: String?
        /// A feedback's value with its error.
        package var feedback: (value: OrderedJSON, error: OrderedJSON?)?
        /// An expectation's value.
        package var expectation: OrderedJSON?
        /// Why.
        package var rationale: String?
        /// Joined with what is there; the new value of a key wins.
        package var metadata: [KeyValue]?

        /// Changes nothing.
        package init() {}
    }

    /// Changes an assessment; its source and span stay.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST`; `INVALID_PARAMETER_VALUE` when the value is of another kind.
    package func update(
        _ id: String,
        of trace: String,
        _ change: AssessmentChange,
        actor: String
    ) async throws -> Assessment {
        let now = time.now()
        return try await database.write { transaction in
            var assessment = try Self.assessment(id, of: trace, transaction)
            try Self.apply(change, to: &assessment)
            assessment.updatedAt = now
            try assessment.check()
            try assessment.insert(in: transaction)
            try Self.record("updated", assessment, actor, transaction)
            return assessment
        }
    }

    private static func apply(_ change: AssessmentChange, to assessment: inout Assessment) throws {
        if change.feedback != nil, change.expectation != nil {
            throw PlatformError.mlflowInvalid("Cannot specify both `expectation` and `feedback` parameters.")
        }
        if change.expectation != nil, assessment.kind != .expectation {
            throw PlatformError.mlflowInvalid("Cannot update expectation value on a Feedback assessment.")
        }
        if change.feedback != nil, assessment.kind != .feedback {
            throw PlatformError.mlflowInvalid("Cannot update feedback value on an Expectation assessment.")
        }
        if let name = change.name { assessment.name = name }
        if let value = change.expectation { assessment.value = value }
        if let feedback = change.feedback {
            assessment.value = feedback.value
            assessment.error = feedback.error
        }
        if let rationale = change.rationale, assessment.kind != .expectation { assessment.rationale = rationale }
        for entry in change.metadata ?? [] {
            if let index = assessment.metadata.firstIndex(where: { $0.key == entry.key }) {
                assessment.metadata[index] = entry
            } else {
                assessment.metadata.append(entry)
            }
        }
    }

    /// Deletes an assessment; nothing happens when it is not there. The one that it overrode is valid again.
    package func delete(assessment id: String, of trace: String, actor: String) async throws {
        try await database.write { transaction in
            guard let row = try Self.row(id, of: trace, transaction) else { return }
            let assessment = try Assessment(row: row)
            if let overridden = assessment.overrides {
                try transaction.execute(
                    "UPDATE trace_assessment SET valid = 1 WHERE trace_id = ? AND assessment_id = ?",
                    [.text(trace), .text(overridden)]
                )
            }
            try transaction.execute("DELETE FROM trace_assessment WHERE assessment_id = ?", [.text(id)])
            try Self.record("deleted", assessment, actor, transaction)
        }
    }

    private static func row(_ id: String, of trace: String, _ reader: any SQLReader) throws -> SQLRow? {
        try reader.first(
            "SELECT * FROM trace_assessment WHERE trace_id = ? AND assessment_id = ?",
            [.text(trace), .text(id)]
        )
    }

    private static func assessment(_ id: String, of trace: String, _ reader: any SQLReader) throws -> Assessment {
        if let row = try row(id, of: trace, reader) { return try Assessment(row: row) }
        guard try reader.first("SELECT 1 AS found FROM trace WHERE trace_id = ?", [.text(trace)]) != nil else {
            throw PlatformError.mlflowMissing("Trace with request_id '\(trace.prefix(200))' not found")
        }
        throw missing(id, of: trace)
    }

    private static func missing(_ id: String, of trace: String) -> PlatformError {
        PlatformError.mlflowMissing(
            "Assessment with ID '\(id.prefix(200))' not found for trace '\(trace.prefix(200))'"
        )
    }

    private static func record(
        _ what: String,
        _ assessment: Assessment,
        _ actor: String,
        _ transaction: any SQLTransaction
    ) throws {
        try transaction.record(
            JournalEvent(
                kind: "tracking.assessment.\(what)",
                subject: "trace/\(assessment.traceID)",
                actor: actor,
                body: ["assessment": .string(assessment.id), "name": .string(assessment.name)]
            )
        )
    }
}
