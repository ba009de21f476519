import Foundation
import Primitives

/// Which record became which, as lines of JSON appended to a file: an export that is cut off goes on from it.
final class ExportLedger {
    private struct Line: Codable {
        let kind: String
        let from: String
        /// Nil when the record was only asked for: the reply is not known.
        let to: String?
        let done: Bool
    }

    private let handle: FileHandle
    private var targets: [String: String] = [:]
    private var owned: [String: Set<String>] = [:]
    private var asked: Set<String> = []
    private var finished: Set<String> = []

    /// Opens or creates the file.
    ///
    /// - Throws: `mapping_unreadable` when it is something else.
    init(path: String) throws {
        if !FileManager.default.fileExists(atPath: path) {
            _ = FileManager.default.createFile(atPath: path, contents: nil)
        }
        guard let data = FileManager.default.contents(atPath: path), let handle = FileHandle(forUpdatingAtPath: path)
        else { throw Self.unreadable(path) }
        self.handle = handle
        // A line that was cut off in the middle says nothing, and the next one begins behind it.
        let whole = data.lastIndex(of: UInt8(ascii: "\n")).map { data[...$0] } ?? Data()
        for text in whole.split(separator: UInt8(ascii: "\n")) {
            guard let line = try? JSONDecoder().decode(Line.self, from: text) else { throw Self.unreadable(path) }
            enter(line)
        }
        try handle.truncate(atOffset: UInt64(whole.count))
        try handle.seekToEnd()
    }

    deinit { try? handle.close() }

    /// What a record became; nil when it was not begun.
    func target(_ kind: String, _ from: String) -> String? { targets["\(kind) \(from)"] }

    /// Whether a record is there whole.
    func isDone(_ kind: String, _ from: String) -> Bool { finished.contains("\(kind) \(from)") }

    /// Whether the other server was asked for a record, so that it may make it even if this export never hears of it.
    func wasAsked(_ kind: String, _ from: String) -> Bool { asked.contains("\(kind) \(from)") }

    /// Whether a record there is what some record of this kind became.
    func owns(_ kind: String, _ to: String) -> Bool { owned[kind]?.contains(to) ?? false }

    /// Notes what a record became.
    func note(_ kind: String, _ from: String, _ to: String, done: Bool) throws {
        try write(Line(kind: kind, from: from, to: to, done: done))
    }

    /// Notes that the other server is about to be asked for a record.
    func noteAsked(_ kind: String, _ from: String) throws {
        try write(Line(kind: kind, from: from, to: nil, done: false))
    }

    private func write(_ line: Line) throws {
        try handle.write(contentsOf: CanonicalJSON.encode(line) + [UInt8(ascii: "\n")])
        enter(line)
    }

    private func enter(_ line: Line) {
        guard let to = line.to else {
            asked.insert("\(line.kind) \(line.from)")
            return
        }
        targets["\(line.kind) \(line.from)"] = to
        owned[line.kind, default: []].insert(to)
        if line.done { finished.insert("\(line.kind) \(line.from)") }
    }

    private static func unreadable(_ path: String) -> PlatformError {
        PlatformError(
            ErrorCode("mapping_unreadable", .invalidArgument),
            "'\(path)' is no mapping file of an export.",
            nextStep: "Name another with --mapping; it is made when it is not there."
        )
    }
}
