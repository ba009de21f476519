import Foundation
import Primitives
import Registry
import Storage
import Synchronization
import TestSupport
import Testing

@Suite struct WebhookStoreTests {
    /// A clock that tests move.
    private final class Clock: Sendable {
        private let milliseconds = Mutex(TestClock.epoch.milliseconds)
        var source: TimeSource { TimeSource { Timestamp(milliseconds: self.milliseconds.withLock { $0 }) } }
        func add(seconds: Int64) { milliseconds.withLock { $0 += seconds * 1000 } }
    }

    private let clock = Clock()
    private let database: any DatabaseEngine
    private let registry: RegistryStore
    private let store: WebhookStore

    init() throws {
        database = try TestDatabase.make(time: clock.source)
        registry = RegistryStore(database: database, time: clock.source)
        let ids = TestIdentifiers.counting()
        store = WebhookStore(
            database: database,
            time: clock.source,
            identifiers: ids,
            seal: WebhookSeal(
                seal: { secret, id in Array("\(id)|\(secret)".utf8.reversed()) },
                open: { sealed, id in
                    let text = String(decoding: sealed.reversed(), as: UTF8.self)
                    guard text.hasPrefix("\(id)|") else { throw PlatformError(.internalError, "another's") }
                    return String(text.dropFirst(id.count + 1))
                }
            )
        )
    }

    private func webhook(_ events: [(String, String)], secret: String? = nil) async throws -> Webhook {
        try await store.create(
            name: "w",
            url: "https://example.com/x",
            events: events.map { try WebhookEvent.named($0.0, $0.1) },
            description: nil,
            secret: secret,
            isActive: true,
            actor: "me"
        )
    }

    private func due() async throws -> [WebhookDelivery] {
        var position = try await store.position()
        while true {
            let (next, isLevel) = try await store.queue(after: position)
            position = next
            if isLevel { break }
        }
        return try await store.take(1000, leaseSeconds: 60).due
    }

    @Test func `Every event of MLflow's models and prompts is queued with its payload`() async throws {
        _ = try await webhook(WebhookEvent.all.map { ($0.entity, $0.action) })
        let prompt = [
            ModelTag("mlflow.prompt.is_prompt", "true"), ModelTag("_mlflow_prompt_type", "text"), ModelTag("t", "1"),
        ]
        for (name, tags) in [("m", [ModelTag("a", "b")]), ("p", prompt)] {
            _ = try await registry.create(name: name, description: "words", tags: tags, actor: "me")
            _ = try await registry.createVersion(
                of: name,
                .init(
                    source: "s3://b/m",
                    runID: "r1",
                    description: "one",
                    tags: tags + [ModelTag("mlflow.prompt.text", "Hello {{x}}")]
                ),
                actor: "me"
            )
            try await registry.set(tag: ModelTag("k", "v"), model: name, actor: "me")
            try await registry.delete(tag: "k", model: name, actor: "me")
            try await registry.set(tag: ModelTag("k", "v"), name, 1, actor: "me")
            try await registry.delete(tag: "k", name, 1, actor: "me")
            try await registry.move(alias: "best", of: name, to: 1, actor: "me")
            try await registry.delete(alias: "best", of: name, actor: "me")
        }
        let found = try await due().map { "\($0.event.entity).\($0.event.action) \(try CanonicalJSON.text($0.data))" }
        #expect(
            found == [
                #"registered_model.created {"description":"words","name":"m","tags":{"a":"b"}}"#,
                #"model_version.created {"description":"one","name":"m","run_id":"r1","source":"s3://b/m","#
                    + #""tags":{"a":"b","mlflow.prompt.text":"Hello {{x}}"},"version":"1"}"#,
                #"model_version_tag.set {"key":"k","name":"m","value":"v","version":"1"}"#,
                #"model_version_tag.deleted {"key":"k","name":"m","version":"1"}"#,
                #"model_version_alias.created {"alias":"best","name":"m","version":"1"}"#,
                #"model_version_alias.deleted {"alias":"best","name":"m"}"#,
                #"prompt.created {"description":"words","name":"p","tags":{"t":"1"}}"#,
                #"prompt_version.created {"description":"one","name":"p","tags":{"t":"1"},"template":"Hello {{x}}","version":"1"}"#,
                #"prompt_tag.set {"key":"k","name":"p","value":"v"}"#, #"prompt_tag.deleted {"key":"k","name":"p"}"#,
                #"prompt_version_tag.set {"key":"k","name":"p","value":"v","version":"1"}"#,
                #"prompt_version_tag.deleted {"key":"k","name":"p","version":"1"}"#,
                #"prompt_alias.created {"alias":"best","name":"p","version":"1"}"#,
                #"prompt_alias.deleted {"alias":"best","name":"p"}"#,
            ]
        )
    }

    @Test func `A long text that the journal leaves out is delivered whole`() async throws {
        _ = try await webhook([("registered_model", "created")])
        let long = String(repeating: "x", count: 20_000)
        _ = try await registry.create(name: "m", description: long, tags: [ModelTag("k", long)], actor: "me")
        let data = try #require(try await due().first).data
        #expect(data["description"] == .string(long))
        #expect(data["tags"] == ["k": .string(long)])
    }

    @Test func `A webhook is told only about what happens after it was made, and not while it is off`() async throws {
        _ = try await registry.create(name: "before", description: nil, tags: [], actor: "me")
        let made = try await webhook([("registered_model", "created")])
        _ = try await registry.create(name: "after", description: nil, tags: [], actor: "me")
        #expect(try await due().map { $0.data["name"] } == ["after"])
        _ = try await store.update(made.id, WebhookChange(isActive: false), actor: "me")
        _ = try await registry.create(name: "off", description: nil, tags: [], actor: "me")
        #expect(try await due().isEmpty)
        _ = try await store.update(made.id, WebhookChange(isActive: true), actor: "me")
        _ = try await registry.create(name: "on", description: nil, tags: [], actor: "me")
        #expect(try await due().map { $0.data["name"] } == ["on"])
    }

    @Test func `An event is queued once, whoever looks at the journal and however often`() async throws {
        _ = try await webhook([("registered_model", "created")])
        _ = try await registry.create(name: "m", description: nil, tags: [], actor: "me")
        _ = try await store.queue(after: 0)
        _ = try await store.queue(after: 0)
        let first = try await store.take(10, leaseSeconds: 60).due
        #expect(first.count == 1)
        try await store.finish(first[0].id)
        // As after a restart: the place in memory is gone, the cursor is not.
        _ = try await store.queue(after: 0)
        #expect(try await store.take(10, leaseSeconds: 60).due.isEmpty)
    }

    @Test func `A message that was taken comes back when its taker is gone, with the same identifier`() async throws {
        _ = try await webhook([("registered_model", "created")])
        _ = try await registry.create(name: "m", description: nil, tags: [], actor: "me")
        let first = try await due()
        #expect(first.count == 1)
        #expect(try await store.take(10, leaseSeconds: 60).due.isEmpty)
        clock.add(seconds: 61)
        #expect(try await store.take(10, leaseSeconds: 60).due.map(\.id) == first.map(\.id))
    }

    @Test func `What is postponed counts its attempts, and what is given up is in the journal`() async throws {
        _ = try await webhook([("registered_model", "created")])
        _ = try await registry.create(name: "m", description: nil, tags: [], actor: "me")
        let first = try #require(try await due().first)
        let later = Timestamp(milliseconds: clock.source.now().milliseconds + 2000)
        try await store.postpone(first.id, until: later)
        let (none, next) = try await store.take(10, leaseSeconds: 60)
        #expect(none.isEmpty)
        #expect(next == later)
        clock.add(seconds: 3)
        let second = try #require(try await store.take(10, leaseSeconds: 60).due.first)
        #expect(second.attempts == 1)
        try await store.abandon(second, reason: "HTTP status 500")
        let last = try #require(try await Journal(database: database).latest(limit: 1).first).event
        #expect(last.kind == "webhook.delivery.failed")
        #expect(last.body["attempts"] == 2)
        clock.add(seconds: 600)
        #expect(try await store.take(10, leaseSeconds: 60).due.isEmpty)
    }

    @Test func `A secret is sealed in the database, signs, and is in no event`() async throws {
        let made = try await webhook([("registered_model", "created")], secret: "hush-hush")
        let row = try await database.read { try $0.first("SELECT secret FROM webhook") }
        let kept = try #require(row).blob("secret")
        #expect(kept.range(of: Data("hush-hush".utf8)) == nil)
        #expect(try await store.secret(of: made.id) == "hush-hush")
        _ = try await store.update(made.id, WebhookChange(secret: ""), actor: "me")
        #expect(try await store.secret(of: made.id) == nil)
        let events = try await Journal(database: database).entries(after: 0, limit: 10)
        #expect(try events.allSatisfy { try !CanonicalJSON.text($0.event).contains("hush") })
    }

    @Test(arguments: ["", "   ", "a b", "-a", "a-", "_a", "a/b", "a@b", String(repeating: "a", count: 64)])
    func `A bad name is refused`(_ name: String) async throws {
        let error = await #expect(throws: PlatformError.self) {
            try await store.create(
                name: name,
                url: "https://example.com",
                events: WebhookEvent.all,
                description: nil,
                secret: nil,
                isActive: true,
                actor: "me"
            )
        }
        #expect(error?.code.name == "INVALID_PARAMETER_VALUE")
    }

    @Test func `An action that an entity does not have is refused`() {
        let error = #expect(throws: PlatformError.self) { try WebhookEvent.named("MODEL_VERSION", "DELETED") }
        #expect(
            error?.message == "Invalid action 'deleted' for entity 'model_version'. Valid actions are: ['created']"
        )
    }

    @Test func `Pages of webhooks are the newest first and join`() async throws {
        var ids: [String] = []
        for _ in 0..<5 { ids.append(try await webhook([("prompt", "created")]).id) }
        let first = try await store.list(maximum: 2, token: nil)
        let second = try await store.list(maximum: 3, token: first.nextToken)
        #expect((first.elements + second.elements).map(\.id) == ids.reversed())
        #expect(second.nextToken == nil)
        await #expect(throws: PlatformError.self) { try await store.list(maximum: 1001, token: nil) }
    }
}
