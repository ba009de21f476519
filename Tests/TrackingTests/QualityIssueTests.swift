import Primitives
import Storage
import Testing
import Tracking

@Suite struct QualityIssueTests {
    @Test func `An issue keeps what it was created with, and changes only in what is given`() async throws {
        let fixture = try EvaluationFixture()
        let made = try await fixture.issues.create(
            .init(
                experimentID: 0,
                name: "slow",
                description: "too slow",
                severity: .high,
                rootCauses: ["disk", "net"],
                categories: ["speed"],
                createdBy: "ada"
            ),
            actor: "me"
        )
        #expect(try await fixture.issues.get(made.id) == made)
        #expect(made.status == .pending)
        #expect(made.rootCauses == ["disk", "net"])
        let changed = try await fixture.issues.update(
            made.id,
            name: nil,
            description: nil,
            status: .resolved,
            severity: nil,
            actor: "me"
        )
        #expect(changed.status == .resolved)
        #expect(changed.severity == .high)
        #expect(changed.name == "slow")
        #expect(changed.lastUpdateTime > made.lastUpdateTime)
        #expect(try await fixture.kinds() == ["evaluation.issue.created", "evaluation.issue.changed"])
    }

    @Test func `An unknown experiment, run or issue is refused`() async throws {
        let fixture = try EvaluationFixture()
        let unknown = IssueStore.NewIssue(experimentID: 0, name: "n", description: "d", sourceRunID: "none")
        #expect(await code { try await fixture.issues.create(unknown, actor: "me") } == "BAD_REQUEST")
        #expect(await code { try await fixture.issue("n", experiment: 9) } == "RESOURCE_DOES_NOT_EXIST")
        #expect(await code { try await fixture.issues.get("iss-x") } == "RESOURCE_DOES_NOT_EXIST")
    }

    @Test func `A search has the severe first, then those seen in most traces, then the newest, page by page`()
        async throws
    {
        let fixture = try EvaluationFixture()
        var ids: [String: String] = [:]
        for (name, severity) in [("a", nil), ("b", QualityIssue.Severity.low), ("c", .low), ("d", .high), ("e", .low)] {
            ids[name] = try await fixture.issue(name, severity: severity)
        }
        try await fixture.trace("tr-1")
        try await fixture.trace("tr-2")
        for (index, (trace, name)) in [("tr-1", "c"), ("tr-2", "c"), ("tr-1", "c"), ("tr-1", "b")].enumerated() {
            try await fixture.assess(trace, "a-\(index)", issue: ids[name] ?? "")
        }
        var found: [String] = []
        var token: String?
        repeat {
            let page = try await fixture.issues.search(
                experiment: 0,
                filter: "status != 'resolved'",
                maximum: 2,
                token: token,
                countsTraces: true
            )
            found += page.elements.map { "\($0.name)\($0.traceCount ?? -1)" }
            token = page.nextToken
        } while token != nil
        #expect(found == ["d0", "c2", "b1", "e0", "a0"])
        let plain = try await fixture.issues.search(
            experiment: nil,
            filter: nil,
            maximum: 10,
            token: nil,
            countsTraces: false
        )
        #expect(plain.elements.map(\.name) == ["d", "e", "c", "b", "a"])
        #expect(plain.elements.allSatisfy { $0.traceCount == nil })
    }

    @Test(arguments: ["name = 'x'", "status > 'a'", "tags.x = 'y'"])
    func `A filter that issues do not know is refused`(_ filter: String) async throws {
        let fixture = try EvaluationFixture()
        let failed = await code {
            try await fixture.issues.search(experiment: 0, filter: filter, maximum: 1, token: nil, countsTraces: false)
        }
        #expect(failed == "INVALID_PARAMETER_VALUE")
    }
}

extension EvaluationFixture {
    func issue(_ name: String, severity: QualityIssue.Severity? = nil, experiment: Int64 = 0) async throws -> String {
        let new = IssueStore.NewIssue(experimentID: experiment, name: name, description: "d", severity: severity)
        return try await issues.create(new, actor: "me").id
    }

    func assess(_ trace: String, _ id: String, issue: String) async throws {
        try await database.write { transaction in
            _ = try transaction.execute(
                "INSERT INTO trace_assessment (assessment_id, trace_id, name, type, value, created_at, updated_at, "
                    + "source_type, valid, is_numeric) VALUES (?, ?, ?, 'issue', 'true', 0, 0, 'HUMAN', 1, 0)",
                [.text(id), .text(trace), .text(issue)]
            )
        }
    }
}
