import Primitives
import TestSupport
import Testing
import Tracking

@Suite struct TraceAssessmentTests {
    @Test func `An override makes the earlier assessment invalid, and its deletion makes that valid again`()
        async throws
    {
        let fixture = try TraceFixture()
        try await fixture.start("tr-1")
        let first = try await fixture.feedback("ok", true, of: "tr-1")
        let second = try await fixture.feedback("ok", false, of: "tr-1", overrides: first.id)
        #expect(try await fixture.traces.assessment(first.id, of: "tr-1").isValid == false)
        #expect(try await fixture.find("feedback.ok = 'true'").isEmpty)
        #expect(try await fixture.find("feedback.ok = 'false'") == "1")
        try await fixture.traces.delete(assessment: second.id, of: "tr-1", actor: "tester")
        try await fixture.traces.delete(assessment: second.id, of: "tr-1", actor: "tester")
        #expect(try await fixture.traces.assessment(first.id, of: "tr-1").isValid)
        #expect(
            await code { try await fixture.feedback("ok", true, of: "tr-1", overrides: "none") }
                == "RESOURCE_DOES_NOT_EXIST"
        )
        #expect(try await fixture.traces.info("tr-1").assessments.map(\.id) == [first.id])
    }

    @Test func `An update changes what it names, joins metadata and keeps the rest`() async throws {
        let fixture = try TraceFixture()
        try await fixture.start("tr-1")
        let made = try await fixture.feedback("score", .real(1), of: "tr-1")
        var change = TraceStore.AssessmentChange()
        change.rationale = "because"
        change.metadata = [KeyValue("a", "1"), KeyValue("b", "2")]
        _ = try await fixture.traces.update(made.id, of: "tr-1", change, actor: "tester")
        change = TraceStore.AssessmentChange()
        change.feedback = (.real(2), nil)
        change.metadata = [KeyValue("b", "3")]
        let updated = try await fixture.traces.update(made.id, of: "tr-1", change, actor: "tester")
        #expect(updated.value == .real(2))
        #expect(updated.rationale == "because")
        #expect(updated.metadata == [KeyValue("a", "1"), KeyValue("b", "3")])
        #expect(updated.source == made.source)
        #expect(try await fixture.traces.assessment(made.id, of: "tr-1") == updated)
        change = TraceStore.AssessmentChange()
        change.expectation = .real(1)
        let wrong = change
        #expect(
            await code { try await fixture.traces.update(made.id, of: "tr-1", wrong, actor: "t") }
                == "INVALID_PARAMETER_VALUE"
        )
    }

    @Test func `Unknown traces and assessments are told apart`() async throws {
        let fixture = try TraceFixture()
        try await fixture.start("tr-1")
        #expect(await code { try await fixture.feedback("a", true, of: "no") } == "RESOURCE_DOES_NOT_EXIST")
        await #expect(throws: PlatformError.mlflowMissing("Trace with request_id 'no' not found")) {
            try await fixture.traces.assessment("a", of: "no")
        }
        await #expect(throws: PlatformError.mlflowMissing("Assessment with ID 'a' not found for trace 'tr-1'")) {
            try await fixture.traces.assessment("a", of: "tr-1")
        }
    }
}
