import Foundation
import Primitives
import TestSupport
import Testing

@testable import Commands

@Suite struct ExportLedgerTests {
    @Test func `A ledger knows after a restart what was begun and what was done`() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("mapping.jsonl")
        let ledger = try ExportLedger(path: path)
        try ledger.note("run", "a", "x", done: false)
        try ledger.note("run", "b", "y", done: true)
        let again = try ExportLedger(path: path)
        #expect([again.target("run", "a"), again.target("run", "b"), again.target("run", "c")] == ["x", "y", nil])
        #expect(
            [again.isDone("run", "a"), again.isDone("run", "b"), again.isDone("model", "b")] == [false, true, false]
        )
    }

    @Test func `A ledger knows after a restart what was asked for, and which records are its own`() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("mapping.jsonl")
        let ledger = try ExportLedger(path: path)
        try ledger.noteAsked("run", "a")
        try ledger.noteAsked("run", "b")
        try ledger.note("run", "b", "y", done: false)
        let again = try ExportLedger(path: path)
        #expect(
            [again.wasAsked("run", "a"), again.wasAsked("run", "c"), again.wasAsked("model", "a")] == [
                true, false, false,
            ]
        )
        #expect([again.target("run", "a"), again.target("run", "b")] == [nil, "y"])
        #expect([again.owns("run", "y"), again.owns("run", "x"), again.owns("model", "y")] == [true, false, false])
    }

    @Test func `A line that was cut off says nothing, and the next one begins behind it`() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("mapping.jsonl")
        try ExportLedger(path: path).note("run", "a", "x", done: true)
        let handle = try #require(FileHandle(forWritingAtPath: path))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(#"{"done":true,"from":"b"#.utf8))
        try handle.close()
        try ExportLedger(path: path).note("run", "c", "z", done: true)
        let again = try ExportLedger(path: path)
        #expect([again.target("run", "a"), again.target("run", "b"), again.target("run", "c")] == ["x", nil, "z"])
    }

    @Test func `Another file is no ledger`() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("other.txt", "words\n")
        #expect(throws: PlatformError.self) { try ExportLedger(path: path) }
    }
}
