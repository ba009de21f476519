import Foundation
import Primitives
import Testing

@testable import Storage

@Suite("Chunks and points of a backup")
struct ChunkCutterTests {
    @Test func `Items choose where chunks end, so that a new one changes the chunks around it alone`() {
        let items = (0..<20_000).map { number in
            (
                Data("item number \(number), and some more text".utf8),
                ChunkCutter.mark([.integer(Int64(number))], at: [0])
            )
        }
        let chunks = Self.cut(items)
        #expect(chunks.count > 50)
        #expect(chunks.dropLast().allSatisfy { (2048..<33_000).contains($0.count) })
        #expect(Data(chunks.joined()) == Data(items.map(\.0).joined()))
        var changed = items
        changed.insert((Data("new".utf8), 5), at: 10_000)
        changed.remove(at: 0)
        let fresh = Set(Self.cut(changed)).subtracting(chunks)
        #expect((1...6).contains(fresh.count))
    }

    @Test func `Marks differ with each value and its place`() {
        let rows: [[SQLValue]] = [
            [.text("a"), .text("b")], [.text("ab"), .text("")], [.text(""), .text("ab")], [.null, .text("ab")],
            [.integer(1), .null], [.real(1), .null], [.blob(Data([2])), .null],
        ]
        #expect(Set(rows.map { ChunkCutter.mark($0, at: [0, 1]) }).count == rows.count)
        #expect(ChunkCutter.mark(rows[0], at: [0]) == ChunkCutter.mark([.text("a"), .text("x")], at: [0]))
    }

    @Test func `References and lists are read as they were written, and nothing else is`() throws {
        let digest = Digest.sha256(of: Data("x".utf8))
        let block = ChunkReference(digest: digest, count: 7, bytes: 1 << 40).encoded
        let found = try #require(ChunkReference.all(block + block))
        #expect(found.map(\.digest) == [digest, digest] && found[1].count == 7 && found[1].bytes == 1 << 40)
        #expect(ChunkReference.all(block.dropLast()) == nil)
        var list = Data()
        ObjectListing.append(StoredObject(digest: digest, size: 12), to: &list)
        #expect(ObjectListing.all(list) == [StoredObject(digest: digest, size: 12)])
        #expect(ObjectListing.all(list + Data([0])) == nil)
    }

    @Test func `A rule keeps the newest, and the newest of each stretch of time`() throws {
        let hours = (0..<100).map { Self.point("2026-01-0\(1 + $0 / 24)T\(String(format: "%02d", $0 % 24)):30:00Z") }
        func kept(_ rule: String) throws -> [String] {
            try KeepRule(rule).kept(of: hours).sorted().map { String($0.moment.description.prefix(16)) }
        }
        #expect(try kept("last=2") == ["2026-01-05T02:30", "2026-01-05T03:30"])
        #expect(try kept("daily=3") == ["2026-01-03T23:30", "2026-01-04T23:30", "2026-01-05T03:30"])
        #expect(try kept("hourly=2,monthly=5") == ["2026-01-05T02:30", "2026-01-05T03:30"])
        #expect(try kept("weekly=2") == ["2026-01-04T23:30", "2026-01-05T03:30"])
        #expect(try KeepRule("yearly=1").kept(of: []).isEmpty)
        for wrong in ["", "last", "last=0", "last=x", "last=1,last=2", "often=3", "last=1,"] {
            let failure = #expect(throws: PlatformError.self) { try KeepRule(wrong) }
            #expect(failure?.code == .invalidArgument)
        }
    }

    @Test func `A point's name tells its moment and digest`() {
        let point = Self.point("2026-11-23T12:00:00.250Z")
        #expect(BackupPointName((point.path as NSString).lastPathComponent) == point)
        #expect(point.path.hasPrefix("points/2026-11-23T12:00:00.250Z_"))
        for wrong in ["", "x.json", "2026-11-23T12:00:00Z_12.json", point.path] {
            #expect(BackupPointName(wrong) == nil)
        }
    }

    private static func point(_ moment: String) -> BackupPointName {
        let at = (try? Timestamp(rfc3339: moment)) ?? Timestamp(milliseconds: 0)
        return BackupPointName(moment: at, digest: .sha256(of: Data(moment.utf8)))
    }

    private static func cut(_ items: [(Data, UInt64)]) -> [Data] {
        var cutter = ChunkCutter(target: 8192)
        var chunks: [Data] = []
        for (item, mark) in items {
            let start = cutter.bytes.count
            cutter.bytes.append(item)
            if cutter.endItem(from: start, mark: mark) { chunks.append(cutter.take().bytes) }
        }
        return chunks + [cutter.take().bytes]
    }
}
