import Foundation

/// Reads the first values of one column in one row group: pages of both versions, plain and dictionary encoding, lists; with
/// Snappy or uncompressed. That is what pandas, Arrow and Spark write unless they are told otherwise.
struct ParquetValues {
    /// Bytes read of one column.
    static let maximumBytes: Int64 = 4 << 20

    private let column: ParquetColumn
    private let codec: Int64
    private let wanted: Int
    private var dictionary: [ArraySlice<UInt8>] = []
    /// One text a row; nil is a missing value.
    private var rows: [String?] = []
    /// The elements of the row that is being read, of a list.
    private var open: [String]?
    /// Whether the rest of a page was left out, so that nothing after it fits.
    private var isFull = false

    /// Elements of lists read of one page, and entries of a dictionary.
    private static let maximumElements = 100_000
    private static let maximumEntries = 1 << 20

    private init(_ column: ParquetColumn, codec: Int64, wanted: Int) {
        self.column = column
        self.codec = codec
        self.wanted = wanted
    }

    /// The first rows of a column chunk.
    ///
    /// - Parameter chunk: its `ColumnMetaData`.
    /// - Throws: `ParquetProblem`, and what reading throws.
    static func read(
        _ column: ParquetColumn,
        _ chunk: ThriftValue,
        _ file: ArtifactFile,
        rows wanted: Int
    ) async throws -> [String?] {
        let codec = chunk[4]?.integer ?? 0
        guard codec == 0 || codec == 1 else {
            throw ParquetProblem.codec(ParquetPreview.codecs[Int(clamping: codec)] ?? "something unknown")
        }
        guard column.maximumRepetition < 2 else { throw ParquetProblem.encoding("lists of lists") }
        let starts = [chunk[11]?.integer, chunk[9]?.integer].compactMap { $0 }.filter { $0 > 0 }
        guard let start = starts.min(), let size = chunk[7]?.integer, size >= 0, start < file.size else {
            throw ParquetProblem.broken
        }
        let data = try await file.bytes(start..<start + min(size, maximumBytes))
        var values = ParquetValues(column, codec: codec, wanted: wanted)
        try values.pages([UInt8](data), isCut: size > maximumBytes)
        return values.rows
    }

    private mutating func pages(_ bytes: [UInt8], isCut: Bool) throws(ParquetProblem) {
        var place = 0
        while !isFull, rows.count < wanted, place < bytes.count {
            var reader = ThriftReader(Data(bytes[place..<min(bytes.count, place + 65_536)]))
            guard let head = try? reader.structure(), let size = head[3]?.integer.map({ Int(clamping: $0) }) else {
                throw .broken
            }
            place += reader.position
            guard size >= 0, size <= bytes.count - place else {
                if isCut, rows.isEmpty { throw .tooLarge }
                if isCut { return }
                throw .broken
            }
            try page(head, bytes[place..<place + size])
            place += size
        }
        closeList()
        if rows.count > wanted { rows.removeLast(rows.count - wanted) }
    }

    private mutating func page(_ head: ThriftValue, _ body: ArraySlice<UInt8>) throws(ParquetProblem) {
        switch head[1]?.integer {
        case 0: try firstVersion(head[5], body)
        case 2:
            var reader = ParquetBytes(try unpacked(body))
            let count = try Self.count(head[7]?[1])
            guard count <= Self.maximumEntries else { throw .tooLarge }
            dictionary = try plain(&reader, count: count)
        case 3: try secondVersion(head[8], body)
        default: break
        }
    }

    private mutating func firstVersion(_ head: ThriftValue?, _ body: ArraySlice<UInt8>) throws(ParquetProblem) {
        let count = limited(try Self.count(head?[1]))
        var reader = ParquetBytes(try unpacked(body))
        let repetitions = try levels(&reader, column.maximumRepetition, count)
        let definitions = try levels(&reader, column.maximumDefinition, count)
        try add(&reader, head?[2]?.integer, repetitions, definitions, count)
    }

    private mutating func secondVersion(_ head: ThriftValue?, _ body: ArraySlice<UInt8>) throws(ParquetProblem) {
        let count = limited(try Self.count(head?[1]))
        let sizes = [try Self.count(head?[6]), try Self.count(head?[5])]
        guard sizes[0] + sizes[1] <= body.count else { throw .broken }
        var levels = ParquetBytes(Array(body.prefix(sizes[0] + sizes[1])))
        let repetitions =
            column.maximumRepetition == 0
            ? [] : try levels.runs(width: Self.width(column.maximumRepetition), count: count)
        var definitions = ParquetBytes(Array(body.dropFirst(sizes[0]).prefix(sizes[1])))
        let present =
            column.maximumDefinition == 0
            ? [] : try definitions.runs(width: Self.width(column.maximumDefinition), count: count)
        let rest = body.dropFirst(sizes[0] + sizes[1])
        var reader = ParquetBytes(head?[7] == .bool(false) ? Array(rest) : try unpacked(rest))
        try add(&reader, head?[4]?.integer, repetitions, present, count)
    }

    private func levels(_ reader: inout ParquetBytes, _ maximum: Int, _ count: Int) throws(ParquetProblem) -> [Int] {
        if maximum == 0 { return [] }
        let size = try reader.length()
        var part = ParquetBytes(Array(try reader.take(size)))
        return try part.runs(width: Self.width(maximum), count: count)
    }

    private mutating func add(
        _ reader: inout ParquetBytes,
        _ encoding: Int64?,
        _ repetitions: [Int],
        _ definitions: [Int],
        _ count: Int
    ) throws(ParquetProblem) {
        let present = definitions.isEmpty ? count : definitions.count { $0 == column.maximumDefinition }
        let values: [String]
        switch encoding {
        case 0 where column.physical == .boolean:
            let packed = try reader.take((present + 7) / 8)
            values = (0..<present).map { packed[packed.startIndex + $0 / 8] >> ($0 % 8) & 1 == 1 ? "true" : "false" }
        case 0: values = try plain(&reader, count: present).map(column.text)
        case 2, 8:
            guard let width = try reader.take(1).first else { throw .broken }
            values = try reader.runs(width: Int(width), count: present).map { index throws(ParquetProblem) in
                guard dictionary.indices.contains(index) else { throw .broken }
                return column.text(dictionary[index])
            }
        case 3 where column.physical == .boolean:
            _ = try reader.length()
            values = try reader.runs(width: 1, count: present).map { $0 == 1 ? "true" : "false" }
        default: throw .encoding(Self.encodings[encoding ?? -1] ?? "\(encoding ?? -1)")
        }
        var rest = values[...]
        for index in 0..<count where rows.count <= wanted {
            let definition = definitions.isEmpty ? column.maximumDefinition : definitions[index]
            let value = definition == column.maximumDefinition ? rest.popFirst() : nil
            guard column.maximumRepetition > 0 else {
                rows.append(value)
                continue
            }
            if repetitions[index] == 0 { closeList() }
            if definition < column.listDefinition {
                if definition + 1 == column.listDefinition { open = [] } else { rows.append(nil) }
            } else {
                open = (open ?? []) + [value ?? "null"]
            }
        }
    }

    private mutating func closeList() {
        guard let list = open else { return }
        let shown = list.prefix(20).joined(separator: ", ")
        rows.append("[\(shown)\(list.count > 20 ? ", …" : "")]")
        open = nil
    }

    /// How many of a page's values are looked at.
    private mutating func limited(_ count: Int) -> Int {
        let limit = column.maximumRepetition == 0 ? wanted - rows.count : Self.maximumElements
        if count > limit { isFull = true }
        return min(count, limit)
    }

    private func plain(_ reader: inout ParquetBytes, count: Int) throws(ParquetProblem) -> [ArraySlice<UInt8>] {
        var out: [ArraySlice<UInt8>] = []
        for _ in 0..<count {
            let size: Int
            switch column.physical {
            case .int32, .float: size = 4
            case .int64, .double: size = 8
            case .int96: size = 12
            case .fixed: size = column.width
            case .bytes: size = try reader.length()
            case .boolean: size = 1
            }
            out.append(try reader.take(size))
        }
        return out
    }

    private func unpacked(_ body: ArraySlice<UInt8>) throws(ParquetProblem) -> [UInt8] {
        codec == 1 ? try Snappy.decompress(body) : Array(body)
    }

    /// A number of values; a page of a file that nobody trusts may claim any.
    private static func count(_ value: ThriftValue?) throws(ParquetProblem) -> Int {
        guard let number = value?.integer, (0...Int64(Snappy.maximumBytes)).contains(number) else { throw .broken }
        return Int(number)
    }

    /// Bits that a level takes.
    private static func width(_ maximum: Int) -> Int { Int.bitWidth - maximum.leadingZeroBitCount }

    private static let encodings: [Int64: String] = [
        5: "DELTA_BINARY_PACKED", 6: "DELTA_LENGTH_BYTE_ARRAY", 7: "DELTA_BYTE_ARRAY", 9: "BYTE_STREAM_SPLIT",
    ]
}
