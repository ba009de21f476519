import Primitives
import Testing
import Tracking

@Suite struct ReviewTests {
    @Test func `Every experiment has the default question from the first list on, and it stays`() async throws {
        let fixture = try EvaluationFixture()
        let first = try await fixture.labels.list(experiment: 0, maximum: 10, token: nil).elements
        let second = try await fixture.labels.list(experiment: 0, maximum: 10, token: nil).elements
        #expect(first == second)
        #expect(first.map(\.name) == ["Feedback"])
        #expect(first.map(\.isDefault) == [true])
        let id = first[0].id
        #expect(await code { try await fixture.labels.delete(id, actor: "me") } == "INVALID_PARAMETER_VALUE")
        let renamed = await code {
            try await fixture.labels.update(
                id,
                name: "x",
                instruction: nil,
                enablesComment: nil,
                input: nil,
                actor: "me"
            )
        }
        #expect(renamed == "INVALID_PARAMETER_VALUE")
        #expect(await code { try await fixture.label(" feedback ") } == "INVALID_PARAMETER_VALUE")
    }

    @Test(arguments: [
        LabelInput.passFail(positive: "", negative: "no"), .passFail(positive: "a", negative: "a"),
        .categorical(options: [], several: false), .categorical(options: ["a", "a"], several: false),
        .categorical(options: (0..<11).map(String.init), several: true), .numeric(least: 2, most: 2),
        .text(longest: 0), .categorical(options: [String(repeating: "x", count: 65)], several: false),
    ])
    func `An input that a reviewer could not answer is refused`(_ input: LabelInput) async throws {
        let fixture = try EvaluationFixture()
        #expect(await code { try await fixture.label("q", input: input) } == "INVALID_PARAMETER_VALUE")
    }

    @Test(arguments: [
        LabelInput.passFail(positive: "yes", negative: "no"), .categorical(options: ["a", "b"], several: true),
        .numeric(least: 0.5, most: nil), .text(longest: 10), .text(longest: nil),
    ])
    func `An input comes back as it was given, and keeps its kind`(_ input: LabelInput) async throws {
        let fixture = try EvaluationFixture()
        let made = try await fixture.label("q", input: input)
        #expect(try await fixture.labels.get(made.id) == made)
        #expect(made.input == input)
        #expect(try LabelInput(made.input.document) == input)
        let other: LabelInput = input == .text(longest: 10) ? .numeric(least: nil, most: nil) : .text(longest: 10)
        let changed = await code {
            try await fixture.labels.update(
                made.id,
                name: nil,
                instruction: nil,
                enablesComment: nil,
                input: other,
                actor: "me"
            )
        }
        #expect(changed == (other == .text(longest: 10) && made.input.isText ? nil : "INVALID_PARAMETER_VALUE"))
        #expect(await code { try await fixture.label("q") } == "RESOURCE_ALREADY_EXISTS")
    }

    @Test func `A user's queue is one, whatever the case; a custom queue may not take its name`() async throws {
        let fixture = try EvaluationFixture()
        let mine = try await fixture.queues.userQueue(" Ada ", experiment: 0, actor: "me")
        #expect(try await fixture.queues.userQueue("ADA", experiment: 0, actor: "me") == mine)
        #expect(mine.name == "ada")
        #expect(mine.users == ["ada"])
        #expect(mine.createdBy == "ada")
        #expect(await code { try await fixture.queue("Ada") } == "RESOURCE_ALREADY_EXISTS")
        #expect(await code { try await fixture.queue("DEFAULT") } == "INVALID_PARAMETER_VALUE")
        let team = try await fixture.queue("Team", users: ["Bo", "bo", "Cy"])
        #expect(team.users == ["bo", "cy"])
        #expect(
            await code { try await fixture.queues.userQueue("team", experiment: 0, actor: "me") }
                == "RESOURCE_ALREADY_EXISTS"
        )
        let renamed = await code {
            try await fixture.queues.update(mine.id, name: "x", owner: nil, users: nil, schemas: nil, actor: "me")
        }
        #expect(renamed == "INVALID_PARAMETER_VALUE")
    }

    @Test func `Queues are listed by user and by item, newest first, page by page`() async throws {
        let fixture = try EvaluationFixture()
        try await fixture.trace("tr-1")
        let one = try await fixture.queue("one", users: ["ada"])
        let two = try await fixture.queue("two", users: ["bo"])
        let three = try await fixture.queue("three", users: ["ada"])
        _ = try await fixture.queues.add(items: ["tr-1"], to: two.id, actor: "me")
        func names(user: String? = nil, item: String? = nil) async throws -> [String] {
            try await fixture.queues.list(experiment: 0, user: user, item: item, maximum: 10, token: nil).elements.map(
                \.name
            )
        }
        #expect(try await names() == ["three", "two", "one"])
        #expect(try await names(user: "ADA") == ["three", "one"])
        #expect(try await names(item: "tr-1") == ["two"])
        let first = try await fixture.queues.list(experiment: 0, user: nil, item: nil, maximum: 2, token: nil)
        let rest = try await fixture.queues.list(
            experiment: 0,
            user: nil,
            item: nil,
            maximum: 2,
            token: first.nextToken
        )
        #expect(first.elements + rest.elements == [three, two, one])
        #expect(rest.nextToken == nil)
    }

    @Test func `Only traces of the queue's experiment get in, and its questions freeze with the first`() async throws {
        let fixture = try EvaluationFixture()
        let other = try await fixture.experiment("other")
        try await fixture.trace("tr-1")
        try await fixture.trace("tr-x", experiment: other)
        let label = try await fixture.label("q")
        let queue = try await fixture.queue("team", schemas: [label.id])
        #expect(await code { try await fixture.queue("t2", schemas: ["ls-none"]) } == "INVALID_PARAMETER_VALUE")
        for items in [["tr-1", "tr-x"], ["tr-none"]] {
            #expect(
                await code { try await fixture.queues.add(items: items, to: queue.id, actor: "me") }
                    == "RESOURCE_DOES_NOT_EXIST"
            )
        }
        #expect(try await fixture.items(of: queue.id).isEmpty)
        _ = try await fixture.queues.add(items: [" tr-1 ", "tr-1"], to: queue.id, actor: "me")
        let frozen = await code {
            try await fixture.queues.update(queue.id, name: nil, owner: nil, users: nil, schemas: [], actor: "me")
        }
        #expect(frozen == "INVALID_PARAMETER_VALUE")
        try await fixture.queues.remove(items: ["tr-1", "tr-none"], from: queue.id, actor: "me")
        let thawed = try await fixture.queues.update(
            queue.id,
            name: "crew",
            owner: "Cy",
            users: ["bo"],
            schemas: [],
            actor: "me"
        )
        #expect(thawed.name == "crew")
        #expect(thawed.createdBy == "Cy")
        #expect(thawed.users == ["bo"])
        #expect(thawed.schemas == [])
    }

    @Test func `Who completed an item first stays until it is opened again`() async throws {
        let fixture = try EvaluationFixture()
        try await fixture.trace("tr-1")
        let queue = try await fixture.queue("team")
        _ = try await fixture.queues.add(items: ["tr-1"], to: queue.id, actor: "me")
        func set(_ status: ReviewItem.Status, by user: String?) async throws -> ReviewItem {
            try await fixture.queues.set(status: status, of: "tr-1", in: queue.id, by: user, actor: "me")
        }
        #expect(await code { try await set(.complete, by: nil) } == "INVALID_PARAMETER_VALUE")
        let first = try await set(.complete, by: "Ada")
        #expect(first.completedBy == "ada")
        #expect(try await set(.complete, by: "bo") == first)
        #expect(try await set(.declined, by: "bo").completedBy == "bo")
        #expect(await code { try await set(.pending, by: "bo") } == "INVALID_PARAMETER_VALUE")
        let open = try await set(.pending, by: nil)
        #expect(open.completedBy == nil)
        #expect(open.completedTime == nil)
        #expect(try await fixture.items(of: queue.id, status: .pending) == [open])
        #expect(try await fixture.items(of: queue.id, status: .complete) == [])
    }
}

extension LabelInput {
    var isText: Bool { if case .text = self { true } else { false } }
}

extension EvaluationFixture {
    func label(_ name: String, input: LabelInput = .text(longest: nil)) async throws -> LabelSchema {
        try await labels.create(
            name,
            experiment: 0,
            kind: .feedback,
            input: input,
            instruction: "say",
            enablesComment: true,
            actor: "me"
        )
    }

    func queue(_ name: String, users: [String] = [], schemas: [String] = []) async throws -> ReviewQueue {
        try await queues.create(
            name,
            experiment: 0,
            kind: .custom,
            users: users,
            schemas: schemas,
            owner: nil,
            actor: "me"
        )
    }

    func items(of queue: String, status: ReviewItem.Status? = nil) async throws -> [ReviewItem] {
        try await queues.items(of: queue, status: status, maximum: 10, token: nil).elements
    }
}
