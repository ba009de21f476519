import Primitives
import Testing
import Tracking

@Suite struct SearchPagingTests {
    /// Runs in two experiments: `loss` counts up, every fifth is NaN, every seventh missing; `few` is set on three runs.
    private func fixture(_ count: Int) async throws -> Fixture {
        let fixture = try Fixture()
        let other = try await fixture.experiments.create(name: "other", artifactLocation: nil, tags: [], actor: "me")
        for index in 0..<count {
            let run = try await fixture.run(
                "r\(index)",
                start: Int64(index / 2),
                experiment: index % 3 == 0 ? other : 0
            )
            let loss = index % 5 == 0 ? Double.nan : Double(index / 2)
            try await fixture.runs.log(
                metrics: index % 7 == 0 ? [] : [MetricPoint(key: "loss", value: loss, timestamp: 1)],
                params: [KeyValue("lr", "\(index % 4)")] + (index < 3 ? [KeyValue("few", "yes")] : []),
                tags: [],
                run: run
            )
        }
        return fixture
    }

    private func names(_ fixture: Fixture, _ query: (String?) -> RunStore.Query) async throws -> [String] {
        var names: [String] = []
        var token: String?
        repeat {
            let page = try await fixture.runs.search(query(token))
            names += page.elements.map(\.info.name)
            token = page.nextToken
        } while token != nil && names.count < 1000
        return names
    }

    @Test(
        arguments: [
            [], ["metrics.loss ASC"], ["metrics.loss DESC"], ["start_time ASC"], ["end_time ASC"], ["params.few DESC"],
            ["metrics.loss DESC", "params.lr ASC"], ["tags.none ASC", "run_name ASC"], ["metrics.none DESC"],
            ["params.lr ASC", "metrics.loss ASC"],
        ],
        [[0], [0, 1], [1]] as [[Int64]]
    )
    func `Pages of any size join to the whole, in every order`(_ order: [String], _ experiments: [Int64]) async throws {
        let fixture = try await fixture(60)
        let whole = try await fixture.runs.search(.init(experiments: experiments, order: order)).elements
        #expect(whole.count == [[0]: 40, [1]: 20, [0, 1]: 60][experiments])
        for size in [1, 7, 59] {
            let paged = try await names(fixture) { token in
                .init(experiments: experiments, maximum: size, order: order, token: token)
            }
            #expect(paged == whole.map(\.info.name))
        }
    }

    @Test func `A metric's index gives numbers first, then NaN, then runs without it`() async throws {
        let fixture = try await fixture(60)
        let runs = try await fixture.runs.search(.init(experiments: [0, 1], order: ["metrics.loss DESC"])).elements
        let kinds = runs.map { run -> Int in
            guard let loss = run.metrics.first(where: { $0.key == "loss" }) else { return 2 }
            return loss.value.isNaN ? 1 : 0
        }
        #expect(kinds == kinds.sorted())
        let values = runs.compactMap { $0.metrics.first { $0.key == "loss" }?.value }.filter { !$0.isNaN }
        #expect(values == values.sorted(by: >))
        #expect(Set(kinds) == [0, 1, 2])
    }

    @Test(arguments: ["ASC", "DESC"])
    func `A param's index gives its values in order, then runs without it, the newest first`(_ direction: String)
        async throws
    {
        let fixture = try await fixture(60)
        let newest = try await fixture.runs.search(.init(experiments: [0, 1])).elements
        let runs = try await fixture.runs.search(
            .init(experiments: [0, 1], order: ["params.lr \(direction)"])
        ).elements
        func rate(_ run: Run) -> String { run.params.first { $0.key == "lr" }?.value ?? "" }
        let sorted = newest.enumerated().sorted { a, b in
            let (first, second) = (rate(a.element), rate(b.element))
            return first == second ? a.offset < b.offset : direction == "ASC" ? first < second : first > second
        }
        #expect(runs.map(\.info.id) == sorted.map(\.element.info.id))
        let few = try await fixture.runs.search(
            .init(experiments: [0, 1], order: ["params.few \(direction)"])
        ).elements
        #expect(Set(few.prefix(3).map(\.info.name)) == ["r0", "r1", "r2"])
        #expect(
            few.dropFirst(3).map(\.info.id)
                == newest.map(\.info.id).filter { !few.prefix(3).map(\.info.id).contains($0) }
        )
    }

    @Test(arguments: ["params.few = 'yes'", "metrics.loss >= 29", "run_name = 'r9'", "metrics.loss < 1000"])
    func `Few matches and many give the same order`(_ filter: String) async throws {
        let fixture = try await fixture(60)
        let all = try await fixture.runs.search(.init(experiments: [0, 1], order: ["metrics.loss ASC"])).elements
        let found = try await fixture.runs.search(
            .init(experiments: [0, 1], filter: filter, order: ["metrics.loss ASC"])
        ).elements
        let wanted = Set(found.map(\.info.id))
        #expect(!found.isEmpty)
        #expect(found.map(\.info.id) == all.map(\.info.id).filter(wanted.contains))
    }

    @Test func `A run that arrives meanwhile shifts no page`() async throws {
        let fixture = try await fixture(20)
        let first = try await fixture.runs.search(.init(experiments: [0, 1], maximum: 5))
        _ = try await fixture.run("late", start: 1000)
        let second = try await fixture.runs.search(.init(experiments: [0, 1], maximum: 5, token: first.nextToken))
        #expect((first.elements + second.elements).map(\.info.name) == (0..<10).map { "r\(19 - $0)" }.paired())
    }

    @Test func `MLflow's own page tokens are taken, others are refused`() async throws {
        let fixture = try await fixture(10)
        let page = try await fixture.runs.search(
            .init(experiments: [0, 1], order: ["run_name ASC"], token: OffsetToken.make(7))
        )
        #expect(page.elements.map(\.info.name) == ["r7", "r8", "r9"])
        let other = try await fixture.runs.search(.init(experiments: [0, 1], maximum: 2, order: ["metrics.loss ASC"]))
        for token in ["?", other.nextToken ?? "", "eyJhZnRlciI6WyJ4Il19"] {
            #expect(
                await code { try await fixture.runs.search(.init(experiments: [0, 1], token: token)).elements.count }
                    == "INVALID_PARAMETER_VALUE"
            )
        }
    }

    @Test func `Pages of experiments join, and those of models belong to one search`() async throws {
        let fixture = try Fixture()
        for name in ["a", "b", "c"] {
            _ = try await fixture.experiments.create(
                name: name,
                artifactLocation: nil,
                tags: [KeyValue("n", name)],
                actor: "me"
            )
        }
        let first = try await fixture.experiments.search(
            filter: nil,
            order: ["name DESC"],
            view: .all,
            maximum: 2,
            token: nil
        )
        let second = try await fixture.experiments.search(
            filter: nil,
            order: ["name DESC"],
            view: .all,
            maximum: 2,
            token: first.nextToken
        )
        #expect((first.elements + second.elements).map(\.name) == ["c", "b", "a", "Default"])
        #expect(first.elements[0].tags == [KeyValue("n", "c")])
        #expect(second.nextToken == nil)
        for name in ["m1", "m2"] {
            _ = try await fixture.models.create(.init(experimentID: 0, name: name), actor: "me")
        }
        let models = try await fixture.models.search(.init(experiments: [0], maximum: 1))
        let rest = try await fixture.models.search(.init(experiments: [0], maximum: 1, token: models.nextToken))
        #expect(Set((models.elements + rest.elements).map(\.name)) == ["m1", "m2"])
        for other in [
            LoggedModelStore.Query(experiments: [1], token: models.nextToken),
            LoggedModelStore.Query(experiments: [0], filter: "name = 'm1'", token: models.nextToken),
            LoggedModelStore.Query(experiments: [0], order: [.init(field: "name")], token: models.nextToken),
        ] {
            #expect(await code { try await fixture.models.search(other).elements.count } == "INVALID_PARAMETER_VALUE")
        }
    }
}

extension [String] {
    /// Runs in pairs start at once; their identifiers, which count up, order them.
    fileprivate func paired() -> [String] {
        stride(from: 0, to: count, by: 2).flatMap { [self[$0 + 1], self[$0]] }
    }
}
