import Foundation
import Primitives
import Storage
import TestSupport
import Testing

@testable import Datasets

@Suite struct DatasetStoreTests {
    private let folder: TemporaryFolder
    private let database: any DatabaseEngine
    private let objects: ObjectStore
    private let store: DatasetStore

    init() throws {
        folder = try TemporaryFolder()
        database = try TestDatabase.make()
        objects = try ObjectStore(root: folder.path("objects"))
        store = DatasetStore(database: database, objects: objects, time: TestClock.fixed)
    }

    private func tree(_ name: String, _ files: [String: String]) throws -> Digest {
        for (path, text) in files { try folder.write("\(name)/\(path)", text) }
        return try objects.putTree(directory: folder.path(name)).digest
    }

    private func sample(_ name: String = "one", extra: String = "") throws -> Digest {
        try tree(
            name,
            [
                "dataset.json": #"{"licence":"Apache-2.0","source":"here","schema":{"text":"string"},"tags":["a"]}"#,
                "provenance.json": #"{"format":"aku.cleaning/1"}"#,
                "en.jsonl": "{\"text\":\"hi\",\"language\":\"en\"}\n{\"text\":\"yo\",\"language\":\"en\"}\n\(extra)",
                "all.jsonl": "{\"text\":\"hi\",\"language\":\"en\"}\n{\"text\":\"jambo\",\"language\":\"sw\"}",
            ]
        )
    }

    private func code(_ body: () async throws -> Void) async -> String? {
        do { try await body() } catch { return (error as? PlatformError)?.code.name }
        return nil
    }

    @Test func `a version states what its stored bytes hold`() async throws {
        let tree = try sample()
        let (version, isNew) = try await store.register(name: "intents", tree: tree, derivedFrom: nil, by: "ada")
        #expect(isNew)
        let english = Data("{\"text\":\"hi\",\"language\":\"en\"}\n{\"text\":\"yo\",\"language\":\"en\"}\n".utf8)
        let bytes = try objects.tree(tree).bytes
        let all = Data("{\"text\":\"hi\",\"language\":\"en\"}\n{\"text\":\"jambo\",\"language\":\"sw\"}".utf8)
        #expect(
            version
                == DatasetVersion(
                    reference: DatasetReference(name: "intents", number: 1),
                    tree: tree,
                    createdAt: TestClock.epoch,
                    createdBy: "ada",
                    licence: "Apache-2.0",
                    source: "here",
                    schema: ["text": "string"],
                    tags: ["a"],
                    provenance: ["format": "aku.cleaning/1"],
                    rows: 4,
                    bytes: bytes,
                    parent: nil,
                    shards: [
                        DatasetShard(
                            path: "all.jsonl",
                            digest: .sha256(of: all),
                            rows: 2,
                            bytes: Int64(all.count),
                            language: "mul"
                        ),
                        DatasetShard(
                            path: "en.jsonl",
                            digest: .sha256(of: english),
                            rows: 2,
                            bytes: Int64(english.count),
                            language: "en"
                        ),
                    ]
                )
        )
        #expect(try await store.version(name: "intents", number: nil) == version)
    }

    @Test func `the same content again is the same version and writes no second event`() async throws {
        let tree = try sample()
        let first = try await store.register(name: "intents", tree: tree, derivedFrom: nil, by: "ada")
        let again = try await store.register(name: "intents", tree: tree, derivedFrom: nil, by: "bob")
        #expect(first.version == again.version)
        #expect(!again.isNew)
        let entries = try await Journal(database: database).entries(
            after: 0,
            limit: 10,
            kindPrefix: "dataset.",
            subject: nil
        )
        #expect(entries.map(\.event) == [first.version.createdEvent])
        #expect(entries.first?.event.subject == "dataset/intents")
    }

    @Test func `many writers of the same content agree on one version`() async throws {
        let tree = try sample()
        let store = store
        let numbers = try await withThrowingTaskGroup(of: Int64.self) { group in
            for _ in 0..<16 {
                group.addTask {
                    try await store.register(name: "intents", tree: tree, derivedFrom: nil, by: "x").version.reference
                        .number
                }
            }
            return try await group.reduce(into: Set<Int64>()) { $0.insert($1) }
        }
        #expect(numbers == [1])
    }

    @Test func `versions are numbered, derived from each other, and found by tree and by shard`() async throws {
        let one = try await store.register(name: "intents", tree: sample(), derivedFrom: nil, by: "ada").version
        let other = try sample("two", extra: "{\"text\":\"more\",\"language\":\"en\"}\n")
        let two = try await store.register(name: "intents", tree: other, derivedFrom: one.reference, by: "ada").version
        #expect(two.reference.description == "intents@2")
        #expect(two.parent == one.reference)
        #expect(try await store.versions(of: "intents").map(\.reference.number) == [2, 1])
        #expect(try await store.versions(tree: one.tree) == [one])
        #expect(try await store.versions(containing: one.shards[0].digest).map(\.reference.number) == [2, 1])
        #expect(try await store.versions(containing: one.shards[1].digest) == [one])
        #expect(try await store.versions(containing: .sha256(of: Data())) == [])
        #expect(try await store.summaries().map(\.name) == ["intents"])
        #expect(try await store.summaries().map(\.versions) == [2])
    }

    @Test func `what is no data set is refused and leaves nothing`() async throws {
        let store = store
        let good = try sample()
        let bare = try tree("bare", ["en.jsonl": "{}"])
        let broken = try tree("broken", ["dataset.json": #"{"licence":"x"}"#, "en.jsonl": "{\"text\":"])
        let absent = Digest.sha256(of: Data("absent".utf8))
        func register(_ name: String, _ tree: Digest, _ parent: DatasetReference? = nil) async -> String? {
            await code { _ = try await store.register(name: name, tree: tree, derivedFrom: parent, by: "x") }
        }
        #expect(await register("intents", bare) == "dataset_invalid")
        #expect(await register("intents", broken) == "dataset_row_invalid")
        #expect(await register("intents", absent) == "object_missing")
        #expect(await register("../x", good) == "invalid_name")
        #expect(await register("intents", good, DatasetReference(name: "none", number: 1)) == "dataset_not_found")
        #expect(try await store.summaries() == [])
    }

    @Test func `a preview shows the first rows of a shard, verified and bounded`() async throws {
        let version = try await store.register(name: "intents", tree: sample(), derivedFrom: nil, by: "ada").version
        let first = try await store.preview(version.reference, shard: "en.jsonl", limit: 1)
        #expect(first.rows == [["text": "hi", "language": "en"]])
        #expect(try await store.preview(version.reference, shard: nil, limit: 1_000).rows.count == 2)
        let store = store
        #expect(
            await code { _ = try await store.preview(version.reference, shard: "fr.jsonl", limit: 1) }
                == "dataset_not_found"
        )
        let path = folder.path(
            "objects/\(version.shards[1].digest.hex.prefix(2))/\(version.shards[1].digest.hex.dropFirst(2))"
        )
        chmod(path, 0o600)
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        bytes[9] ^= 1
        try bytes.write(to: URL(fileURLWithPath: path))
        #expect(
            await code { _ = try await store.preview(version.reference, shard: "en.jsonl", limit: 1) }
                == "object_corrupt"
        )
    }

    @Test func `a version that is not there is refused with the nearest name`() async throws {
        _ = try await store.register(name: "intents", tree: sample(), derivedFrom: nil, by: "ada")
        do {
            _ = try await store.version(name: "intent", number: nil)
            Issue.record("a version was found")
        } catch let error as PlatformError {
            #expect(error.code == .datasetNotFound)
            #expect(error.nextStep == "Did you mean 'intents'?")
        }
        let store = store
        #expect(
            await code { _ = try await store.version(DatasetReference(name: "intents", number: 7)) }
                == "dataset_not_found"
        )
    }
}
