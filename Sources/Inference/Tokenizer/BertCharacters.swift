/// What becomes of each Unicode scalar before WordPiece sees it: the four options of Hugging Face's `BertNormalizer` and
/// the classes of `BertPreTokenizer`, folded into one lookup a scalar. Takes about 1 ms and 300 kB to make.
struct BertCharacters: Sendable {
    /// The options of `BertNormalizer`.
    struct Options: Sendable, Hashable {
        let cleanText: Bool
        let handleChineseCharacters: Bool
        let stripAccents: Bool
        let lowercase: Bool
    }

    /// What one scalar becomes, packed: bits 0-20 the scalar (or the index of a list), then flags.
    struct Entry: Sendable {
        var bits: UInt32

        static let isList: UInt32 = 1 << 21
        /// Removed without a trace.
        static let isDropped: UInt32 = 1 << 22
        /// Removed, but it ends a run of combining marks.
        static let isBarrier: UInt32 = 1 << 23
        static let isBreak: UInt32 = 1 << 24
        static let isIsolated: UInt32 = 1 << 25
        /// A combining mark that stays, to be put in canonical order among its neighbours.
        static let isMark: UInt32 = 1 << 26

        var value: UInt32 { bits & 0x1f_ffff }
        func has(_ flag: UInt32) -> Bool { bits & flag != 0 }
    }

    /// Pages of 256 scalars; pages in which nothing changes share one marker.
    private let pages: [[UInt32]?]
    private(set) var lists: [[Entry]] = []
    private(set) var classes: [UInt32: UInt8] = [:]
    /// The entries of ASCII, for the fast path.
    let ascii: [UInt32]
    private let strips: Bool

    init(_ options: Options) {
        var table = Self.identity(options)
        strips = options.stripAccents
        let isolated = table.isolated
        let breaks = table.breaks
        func finish(_ scalar: UInt32) -> UInt32 {
            if breaks.contains(scalar) { return Entry.isBreak }
            return scalar | (isolated.contains(scalar) ? Entry.isIsolated : 0)
                | (table.classes[scalar] != nil && options.stripAccents ? Entry.isMark : 0)
        }
        for (scalar, result) in table.changed {
            if result.count == 1 {
                table.entries[scalar] = finish(result[0]) | (table.entries[scalar] ?? 0)
            } else {
                table.entries[scalar] = UInt32(lists.count) | Entry.isList | (table.entries[scalar] ?? 0)
                lists.append(result.map { Entry(bits: finish($0)) })
            }
        }
        for scalar in isolated.union(breaks).union(options.stripAccents ? Set(table.classes.keys) : [])
        where table.entries[scalar] == nil {
            table.entries[scalar] = finish(scalar)
        }
        for scalar in table.hanScalars {
            table.entries[scalar] = (table.entries[scalar] ?? scalar) | Entry.isIsolated
        }
        classes = table.classes
        let blocks = Blocks(han: table.han, dropped: table.dropped)
        self.blocks = blocks
        var pages = [[UInt32]?](repeating: nil, count: 0x1100)
        for (scalar, bits) in table.entries {
            let page = Int(scalar >> 8)
            if pages[page] == nil { pages[page] = (0..<256).map { blocks.bits(UInt32(page) << 8 | $0) } }
            pages[page]?[Int(scalar & 255)] = bits
        }
        self.pages = pages
        ascii = (0..<128).map { table.entries[$0] ?? $0 }
    }

    private let blocks: Blocks

    /// The entry of a scalar.
    func entry(_ scalar: UInt32) -> Entry {
        if let page = pages[Int(scalar >> 8)] { return Entry(bits: page[Int(scalar & 255)]) }
        return Entry(bits: blocks.bits(scalar))
    }

    /// Whether the scalar is a Hangul syllable that strip_accents takes apart (Unicode §3.12).
    func decomposesHangul(_ scalar: UInt32) -> Bool { strips && scalar >= 0xAC00 && scalar <= 0xD7A3 }

    /// Blocks too large to list scalar by scalar: ideographs, and the planes of private use.
    private struct Blocks {
        let han: [ClosedRange<UInt32>]
        let dropped: [ClosedRange<UInt32>]

        func bits(_ scalar: UInt32) -> UInt32 {
            if scalar < 0x3400 { return scalar }
            if han.contains(where: { $0.contains(scalar) }) { return scalar | Entry.isIsolated }
            return dropped.contains { $0.contains(scalar) } ? Entry.isDropped : scalar
        }
    }
}

extension BertCharacters {
    /// The tables of one set of options before they are packed.
    private struct Table {
        var changed: [UInt32: [UInt32]] = [:]
        /// Flags and finished entries, by scalar.
        var entries: [UInt32: UInt32] = [:]
        var isolated: Set<UInt32> = []
        var breaks: Set<UInt32> = []
        var classes: [UInt32: UInt8] = [:]
        var han: [ClosedRange<UInt32>] = []
        /// Large blocks that clean_text removes.
        var dropped: [ClosedRange<UInt32>] = []
        /// Ideographs that also change or share a page with scalars that do.
        var hanScalars: [UInt32] = []
    }

    private static func identity(_ options: Options) -> Table {
        var table = Table()
        table.isolated = Set(TableText.ranges(BertTables.isolated).joined())
        table.breaks = Set(TableText.ranges(BertTables.breaks).joined())
        let lowered = options.lowercase ? TableText.mappings(BertTables.lowered) : [:]
        func lower(_ scalars: [UInt32]) -> [UInt32] { scalars.flatMap { lowered[$0] ?? [$0] } }
        if options.stripAccents {
            table.classes = TableText.mappings(BertTables.classes).compactMapValues { $0.first.map(UInt8.init) }
            for (scalar, result) in TableText.mappings(BertTables.stripped) { table.changed[scalar] = lower(result) }
        }
        for (scalar, result) in lowered where table.changed[scalar] == nil { table.changed[scalar] = result }
        if options.stripAccents {
            for scalar in TableText.ranges(BertTables.removed).joined() {
                table.changed[scalar] = nil
                table.entries[scalar] = Entry.isDropped
            }
            for scalar in TableText.ranges(BertTables.barriers).joined() { table.entries[scalar] = Entry.isBarrier }
        }
        if options.handleChineseCharacters {
            table.han = TableText.ranges(BertTables.han)
            // The blocks of compatibility ideographs have decompositions; the others stay as they are.
            table.hanScalars = table.han.filter { $0.count < 0x400 }.flatMap { Array($0) }
        }
        if options.cleanText {
            let dropped = TableText.ranges(BertTables.dropped)
            // Nothing inside the large blocks, which are for private use, changes in any other way.
            table.dropped = dropped.filter { $0.count > 4096 }
            for scalar in dropped.filter({ $0.count <= 4096 }).joined() {
                table.changed[scalar] = nil
                table.isolated.remove(scalar)
                table.breaks.remove(scalar)
                table.entries[scalar] = Entry.isDropped
            }
            table.breaks.formUnion(TableText.ranges(BertTables.spaces).joined())
        }
        return table
    }
}

/// Reads the notation of `BertTables`.
enum TableText {
    /// `a-b` and `a`.
    static func ranges(_ text: String) -> [ClosedRange<UInt32>] {
        text.split(separator: " ").compactMap { token in
            let ends = token.split(separator: "-").compactMap { UInt32($0, radix: 16) }
            guard let first = ends.first, let last = ends.last, first <= last else { return nil }
            return first...last
        }
    }

    /// `a>b`, `a>b+c` and `a-b/n>c`.
    static func mappings(_ text: String) -> [UInt32: [UInt32]] {
        var out: [UInt32: [UInt32]] = [:]
        for token in text.split(separator: " ") {
            let sides = token.split(separator: ">")
            guard sides.count == 2 else { continue }
            let source = sides[0].split(separator: "/")
            let target = sides[1].split(separator: "+").compactMap { UInt32($0, radix: 16) }
            let step = source.count == 2 ? Int(source[1], radix: 16) ?? 1 : 1
            guard let range = ranges(String(source[0])).first, let first = target.first else { continue }
            for scalar in stride(from: range.lowerBound, through: range.upperBound, by: step) {
                out[scalar] = range.count == 1 ? target : [first + (scalar - range.lowerBound)]
            }
        }
        return out
    }
}
