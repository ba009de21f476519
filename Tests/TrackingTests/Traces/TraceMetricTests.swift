import Primitives
import TestSupport
import Testing
import Tracking

@Suite struct TraceMetricTests {
    /// Five traces that took 0 to 400 ms, an hour apart, with a span each and a score.
    private func fixture() async throws -> TraceFixture {
        let fixture = try TraceFixture()
        for index in 0..<5 {
            let number = UInt8(index + 1)
            try await fixture.start(
                traceID(number),
                at: Int64(index) * 3_600_000,
                for: Int64(index) * 100,
                state: index == 4 ? .error : .ok,
                metadata: [KeyValue("mlflow.trace.session", index < 3 ? "a" : "b")],
                tags: [KeyValue("mlflow.traceName", index < 2 ? "x" : "y")]
            )
            let start = Int64(index) * 3_600_000_000_000
            let cost = OrderedJSON.members(("total_cost", .real(Double(index) / 2)))
            try await fixture.traces.log(
                [
                    span(
                        "s",
                        trace: number,
                        id: 1,
                        start: start,
                        end: start + 5_000_000,
                        attributes: [("mlflow.llm.cost", cost), ("mlflow.llm.model", .string("m"))]
                    )
                ],
                in: 0,
                actor: "tester"
            )
            _ = try await fixture.feedback("score", index.isMultiple(of: 2) ? "yes" : "no", of: traceID(number))
        }
        return fixture
    }

    private func points(_ query: TraceMetricQuery) async throws -> [TraceMetricQuery.Point] {
        try await fixture().traces.metrics(query)
    }

    @Test func `Counts are grouped by their dimensions, in their order`() async throws {
        let found = try await points(
            TraceMetricQuery(
                experiments: [0],
                view: .traces,
                metric: "trace_count",
                aggregations: [.count],
                dimensions: ["trace_name", "trace_status"]
            )
        )
        #expect(found.map { $0.dimensions.map(\.value) } == [["x", "OK"], ["y", "ERROR"], ["y", "OK"]])
        #expect(found.map { $0.values["COUNT"] } == [2, 1, 2])
    }

    @Test func `Percentiles lie between neighbours`() async throws {
        let found = try await points(
            TraceMetricQuery(
                experiments: [0],
                view: .traces,
                metric: "latency",
                aggregations: [.mean, .least, .greatest, .percentile(50), .percentile(90), .percentile(0)]
            )
        )
        #expect(found.map(\.values) == [["AVG": 200, "MIN": 0, "MAX": 400, "P50.0": 200, "P90.0": 360, "P0.0": 0]])
    }

    @Test func `Time makes buckets that begin on the hour`() async throws {
        let found = try await points(
            TraceMetricQuery(
                experiments: [0],
                view: .traces,
                metric: "trace_count",
                aggregations: [.count],
                interval: 7200,
                start: 0,
                end: 3 * 3_600_000
            )
        )
        #expect(
            found.map { $0.dimensions[0].value } == ["1970-01-01T00:00:00+00:00", "1970-01-01T02:00:00+00:00"]
        )
        #expect(found.map { $0.values["COUNT"] } == [2, 2])
    }

    @Test(
        arguments: [
            (TraceMetricQuery.View.traces, "session_count", TraceMetricQuery.Aggregation.count, [], [], 2.0),
            (.traces, "trace_count", .count, ["trace.status = 'ERROR'"], [], 1),
            (.traces, "trace_count", .count, ["trace.tag.`mlflow.traceName` = 'x'"], [], 2),
            (.traces, "trace_count", .count, ["trace.metadata.`mlflow.trace.session` = 'a'"], [], 3),
            (.spans, "span_count", .count, ["span.name = 's'"], [], 5), (.spans, "latency", .greatest, [], [], 5),
            (.spans, "total_cost", .sum, [], ["span_model_name"], 5),
            (.assessments, "assessment_count", .count, ["assessment.name = 'score'"], [], 5),
            (.assessments, "assessment_value", .mean, ["trace.status = 'OK'"], [], 0.5),
        ] as [(TraceMetricQuery.View, String, TraceMetricQuery.Aggregation, [String], [String], Double)]
    )
    func `Figures of traces, spans and assessments are summed under conditions`(
        _ view: TraceMetricQuery.View,
        _ metric: String,
        _ aggregation: TraceMetricQuery.Aggregation,
        _ filters: [String],
        _ dimensions: [String],
        _ wanted: Double
    ) async throws {
        let found = try await points(
            TraceMetricQuery(
                experiments: [0],
                view: view,
                metric: metric,
                aggregations: [aggregation],
                dimensions: dimensions,
                filters: filters
            )
        )
        #expect(found.flatMap(\.values.values) == [wanted])
    }

    @Test(
        arguments: [
            ("speed", TraceMetricQuery.Aggregation.count, [], []), ("trace_count", .sum, [], []),
            ("trace_count", .count, ["colour"], []), ("trace_count", .count, [], ["span.name = 's'"]),
            ("trace_count", .count, [], ["trace.status != 'OK'"]), ("trace_count", .count, [], ["trace.colour = 'x'"]),
            ("trace_count", .count, [], ["trace.tag = 'x'"]), ("trace_count", .count, [], ["trace.status.a = 'x'"]),
            ("trace_count", .count, [], ["trace.status = 'a' AND trace.status = 'b'"]),
            ("trace_count", .count, [], ["planet.name = 'mars'"]), ("trace_count", .count, [], ["trace.status = 1"]),
        ] as [(String, TraceMetricQuery.Aggregation, [String], [String])]
    )
    func `What may not be asked is refused`(
        _ metric: String,
        _ aggregation: TraceMetricQuery.Aggregation,
        _ dimensions: [String],
        _ filters: [String]
    ) async throws {
        let fixture = try TraceFixture()
        let query = TraceMetricQuery(
            experiments: [0],
            view: .traces,
            metric: metric,
            aggregations: [aggregation],
            dimensions: dimensions,
            filters: filters
        )
        #expect(await code { try await fixture.traces.metrics(query) } == "INVALID_PARAMETER_VALUE")
    }
}
