import Primitives
import Tracking

extension TraceBody {
    /// A trace as `StartTraceV3` carries it.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE`.
    func traceInfo(now: Timestamp) throws -> TraceInfo {
        let location = try body("trace_location")
        guard let experiment = try location?.body("mlflow_experiment") else {
            throw PlatformError.mlflowInvalid(
                "The trace location must be an MLflow experiment: trace_location.mlflow_experiment is missing."
            )
        }
        let id = try required("trace_id")
        let duration = try text("execution_duration")
        return TraceInfo(
            id: id,
            experimentID: try ExperimentStore.number(experiment.required("experiment_id")),
            requestTime: try moment("request_time")?.milliseconds ?? 0,
            duration: try duration.map { text in
                guard let milliseconds = ProtoTime.duration(text) else {
                    throw Self.wrong("execution_duration", .string(text))
                }
                return milliseconds
            },
            state: try state("state"),
            clientRequestID: try text("client_request_id"),
            requestPreview: try text("request_preview"),
            responsePreview: try text("response_preview"),
            metadata: try map("trace_metadata"),
            tags: try map("tags"),
            assessments: try bodies("assessments").map { try $0.assessment(trace: id, now: now) }
        )
    }

    /// A state by its name or number; `TRACE_STATUS_UNSPECIFIED` is what older clients say for none.
    func state(_ key: String) throws -> TraceState {
        guard let value = member(key) else { return .unspecified }
        if let name = value.stringValue, name == "TRACE_STATUS_UNSPECIFIED" { return .unspecified }
        if let name = value.stringValue, let state = TraceState(rawValue: name) { return state }
        let numbered: [TraceState] = [.unspecified, .ok, .error, .inProgress]
        if let number = value.integerValue, numbered.indices.contains(Int(clamping: number)) {
            return numbered[Int(number)]
        }
        throw Self.wrong(key, value)
    }

    /// An assessment as `CreateAssessment` and `StartTraceV3` carry it.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE` without exactly one kind of value.
    func assessment(trace: String, now: Timestamp) throws -> Assessment {
        let kind: Assessment.Kind
        let value: OrderedJSON
        var error: OrderedJSON?
        if let feedback = try body("feedback") {
            (kind, value) = (.feedback, (feedback.member("value") ?? .null).withRealNumbers)
            error = try feedback.error()
        } else if let expectation = try body("expectation") {
            (kind, value) = (.expectation, try expectation.expectedValue())
        } else if let issue = try body("issue") {
            (kind, value) = (.issue, .members(("issue_name", .string(try issue.required("issue_name")))))
        } else {
            throw PlatformError.mlflowInvalid("Unknown assessment type: None")
        }
        return Assessment(
            id: try text("assessment_id") ?? "",
            traceID: trace,
            name: try required("assessment_name"),
            kind: kind,
            value: value,
            error: error,
            createdAt: try moment("create_time") ?? now,
            updatedAt: try moment("last_update_time") ?? now,
            source: try source(),
            spanID: try filled("span_id"),
            rationale: kind == .expectation ? nil : try filled("rationale"),
            overrides: kind == .feedback ? try filled("overrides") : nil,
            metadata: try map("metadata")
        )
    }

    private func filled(_ key: String) throws -> String? { try text(key).flatMap { $0.isEmpty ? nil : $0 } }

    private static let sourceTypes = ["SOURCE_TYPE_UNSPECIFIED", "HUMAN", "LLM_JUDGE", "CODE"]

    private func source() throws -> Assessment.Source {
        guard let source = try body("source") else {
            return Assessment.Source(type: Self.sourceTypes[0], id: nil)
        }
        let type = source.member("source_type")
        if let number = type?.integerValue, Self.sourceTypes.indices.contains(Int(clamping: number)) {
            return Assessment.Source(type: Self.sourceTypes[Int(number)], id: try source.filled("source_id"))
        }
        let name = try source.text("source_type")?.uppercased() ?? Self.sourceTypes[0]
        let known = name == "AI_JUDGE" ? "LLM_JUDGE" : name
        guard Self.sourceTypes.contains(known) else {
            throw PlatformError.mlflowInvalid(
                "Invalid assessment source type: \(name.prefix(100)). Valid source types: \(Self.sourceTypes)"
            )
        }
        return Assessment.Source(type: known, id: try source.filled("source_id"))
    }

    /// Why a feedback has no value.
    func error() throws -> OrderedJSON? {
        guard let error = try body("error") else { return nil }
        return .members(
            ("error_code", .string(try error.text("error_code") ?? "")),
            ("error_message", .optional(try error.filled("error_message"))),
            ("stack_trace", .optional(try error.filled("stack_trace")))
        )
    }

    /// The value of an expectation: as JSON, or as a text that holds JSON.
    func expectedValue() throws -> OrderedJSON {
        guard let serialized = try body("serialized_value") else {
            guard let value = member("value") else {
                throw PlatformError.mlflowInvalid("The `value` field must be specified.")
            }
            return value.withRealNumbers
        }
        let format = try serialized.text("serialization_format") ?? ""
        guard format == "JSON_FORMAT" else {
            throw PlatformError.mlflowInvalid(
                "Unknown serialization format: \(format.prefix(100)). Only JSON_FORMAT is supported."
            )
        }
        guard let value = OrderedJSON.parse(try serialized.required("value")) else {
            throw PlatformError.mlflowInvalid("The serialized value of the expectation is not JSON.")
        }
        return value
    }
}
