import Foundation
import Hummingbird
import Primitives
import Tracking
import WireAPI

extension TraceController {
    /// What people and judges say of traces.
    func addAssessmentRoutes(to routes: RouteTable, _ base: String) {
        let path = "\(base)/{trace_id}/assessments"
        routes.mlflow(.post, path, .trackingWrite, version: "3.0") { call in
            guard let body = try await TraceBody.read(call).body("assessment") else {
                throw MLflowName.missing("assessment")
            }
            let assessment = try body.assessment(trace: call.call.parameter("trace_id"), now: time.now())
            return reply(try await traces.create(assessment, actor: call.actor))
        }
        routes.mlflow(.get, "\(path)/{assessment_id}", .trackingRead, version: "3.0") { call in
            reply(
                try await traces.assessment(
                    call.call.parameter("assessment_id"),
                    of: call.call.parameter("trace_id")
                )
            )
        }
        routes.mlflow(.patch, "\(path)/{assessment_id}", .trackingWrite, version: "3.0") { call in
            let change = try await Self.change(TraceBody.read(call))
            return reply(
                try await traces.update(
                    call.call.parameter("assessment_id"),
                    of: call.call.parameter("trace_id"),
                    change,
                    actor: call.actor
                )
            )
        }
        routes.mlflow(.delete, "\(path)/{assessment_id}", .trackingWrite, version: "3.0") { call in
            try await traces.delete(
                assessment: call.call.parameter("assessment_id"),
                of: call.call.parameter("trace_id"),
                actor: call.actor
            )
            return .mlflowEmpty
        }
    }

    /// The fields that the mask names: `assessment_name,feedback`.
    private static func change(_ body: TraceBody) throws -> TraceStore.AssessmentChange {
        guard let assessment = try body.body("assessment") else { throw MLflowName.missing("assessment") }
        let mask = try body.required("update_mask").split(separator: ",").map { path in
            path.replacingOccurrences(of: "assessmentName", with: "assessment_name")
        }
        var change = TraceStore.AssessmentChange()
        for path in mask {
            switch path {
            case "assessment_name": change.name = try assessment.required("assessment_name")
            case "feedback":
                guard let feedback = try assessment.body("feedback") else { throw MLflowName.missing("feedback") }
                change.feedback = ((feedback.member("value") ?? .null).withRealNumbers, try feedback.error())
            case "expectation":
                guard let expectation = try assessment.body("expectation") else {
                    throw MLflowName.missing("expectation")
                }
                change.expectation = try expectation.expectedValue()
            case "rationale": change.rationale = try assessment.text("rationale") ?? ""
            case "metadata": change.metadata = try assessment.map("metadata")
            default:
                throw PlatformError.mlflowInvalid("The field '\(path.prefix(100))' of an assessment cannot be updated.")
            }
        }
        return change
    }

    private func reply(_ assessment: Assessment) -> Response { .traces(("assessment", .assessment(assessment))) }

    /// Sums and correlations.
    func addAnalysisRoutes(to routes: RouteTable, _ base: String) {
        routes.mlflow(.post, "\(base)/calculate-filter-correlation", .trackingRead, version: "3.0") { call in
            let body = try await TraceBody.read(call)
            guard body.member("experiment_ids") != nil else { throw MLflowName.missing("experiment_ids") }
            let found = try await traces.correlation(
                of: body.required("filter_string1"),
                and: body.required("filter_string2"),
                base: body.text("base_filter"),
                experiments: body.texts("experiment_ids").map(ExperimentStore.number)
            )
            func number(_ value: Double) -> OrderedJSON { value.isNaN ? "NaN" : .real(value) }
            return .traces(
                ("npmi", number(found.information)),
                ("npmi_smoothed", number(found.smoothedInformation)),
                ("filter1_count", .integer(found.first)),
                ("filter2_count", .integer(found.second)),
                ("joint_count", .integer(found.both)),
                ("total_count", .integer(found.total))
            )
        }
        routes.mlflow(.post, "\(base)/metrics", .trackingRead, version: "3.0") { call in
            let query = try await Self.metricQuery(TraceBody.read(call))
            let points = try await traces.metrics(query).map { Self.written($0, query.metric) }
            return .traces(("data_points", points.isEmpty ? nil : .array(points)))
        }
    }

    private static func metricQuery(_ body: TraceBody) throws -> TraceMetricQuery {
        guard body.member("experiment_ids") != nil else { throw MLflowName.missing("experiment_ids") }
        guard body.member("aggregations") != nil else { throw MLflowName.missing("aggregations") }
        guard let view = body.member("view_type") else { throw MLflowName.missing("view_type") }
        let views: [TraceMetricQuery.View] = [.traces, .spans, .assessments]
        let number = view.integerValue.map { Int(clamping: $0) - 1 }
        guard
            let view = view.stringValue.flatMap(TraceMetricQuery.View.init)
                ?? number.flatMap({ views.indices.contains($0) ? views[$0] : nil })
        else { throw TraceBody.wrong("view_type", view) }
        return TraceMetricQuery(
            experiments: try body.texts("experiment_ids").map(ExperimentStore.number),
            view: view,
            metric: try body.required("metric_name"),
            aggregations: try body.bodies("aggregations").map(aggregation),
            dimensions: try body.texts("dimensions"),
            filters: try body.texts("filters"),
            interval: try body.integer("time_interval_seconds"),
            start: try body.integer("start_time_ms"),
            end: try body.integer("end_time_ms"),
            maximum: Int(clamping: try body.integer("max_results") ?? 1000)
        )
    }

    private static func aggregation(_ body: TraceBody) throws -> TraceMetricQuery.Aggregation {
        let names = ["COUNT", "SUM", "AVG", "PERCENTILE", "MIN", "MAX"]
        let given = body.member("aggregation_type") ?? .null
        let number = given.integerValue.map { Int(clamping: $0) - 1 }
        switch given.stringValue ?? number.flatMap({ names.indices.contains($0) ? names[$0] : nil }) {
        case "COUNT": return .count
        case "SUM": return .sum
        case "AVG": return .mean
        case "MIN": return .least
        case "MAX": return .greatest
        case "PERCENTILE":
            guard let percent = body.member("percentile_value")?.numberValue, (0...100).contains(percent) else {
                throw PlatformError.mlflowInvalid("Percentile value must be between 0 and 100")
            }
            return .percentile(percent)
        default: throw TraceBody.wrong("aggregation_type", given)
        }
    }

    private static func written(_ point: TraceMetricQuery.Point, _ metric: String) -> OrderedJSON {
        let dimensions = point.dimensions.map { OrderedJSON.Member($0.key, .string($0.value)) }
        let values = point.values.sorted { $0.key < $1.key }.map { OrderedJSON.Member($0.key, .real($0.value)) }
        return .members(
            ("metric_name", .string(metric)),
            ("dimensions", dimensions.isEmpty ? nil : .object(dimensions)),
            ("values", .object(values))
        )
    }
}
