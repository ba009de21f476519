import Foundation

/// A value in Thrift's compact protocol, which Parquet's footer and page heads are written in.
indirect enum ThriftValue: Sendable, Hashable {
    case bool(Bool)
    case integer(Int64)
    case double(Double)
    case bytes(Data)
    case list([ThriftValue])
    case fields([Int: ThriftValue])

    /// A field of a structure.
    subscript(_ id: Int) -> ThriftValue? {
        if case .fields(let fields) = self { return fields[id] }
        return nil
    }

    var integer: Int64? {
        if case .integer(let value) = self { return value }
        return nil
    }
    var text: String? {
        if case .bytes(let data) = self { return String(data: data, encoding: .utf8) }
        return nil
    }
    var list: [ThriftValue]? {
        if case .list(let values) = self { return values }
        return nil
    }
}

/// Reads the compact protocol (Apache Thrift, "thrift-compact-protocol"); every length is checked against what is there.
struct ThriftReader {
    private let bytes: [UInt8]
    /// Where the next value begins.
    private(set) var position = 0

    /// The bytes end early or say something impossible.
    struct Broken: Error {}

    private static let maximumDepth = 24

    /// Reads from the start of some bytes.
    init(_ data: Data) {
        bytes = [UInt8](data)
    }

    /// One structure.
    ///
    /// - Throws: `Broken`.
    mutating func structure(depth: Int = 0) throws(Broken) -> ThriftValue {
        guard depth < Self.maximumDepth else { throw Broken() }
        var fields: [Int: ThriftValue] = [:]
        var id = 0
        while true {
            let head = try byte()
            if head == 0 { return .fields(fields) }
            let delta = Int(head >> 4)
            id = delta == 0 ? Int(truncatingIfNeeded: try zigzag()) : id + delta
            let kind = head & 15
            fields[id] = kind == 1 ? .bool(true) : kind == 2 ? .bool(false) : try value(kind, depth)
        }
    }

    private mutating func value(_ kind: UInt8, _ depth: Int) throws(Broken) -> ThriftValue {
        switch kind {
        case 1, 2: return .bool(try byte() == 1)
        case 3: return .integer(Int64(Int8(bitPattern: try byte())))
        case 4, 5, 6: return .integer(try zigzag())
        case 7:
            let raw = try take(8)
            return .double(Double(bitPattern: raw.reversed().reduce(0) { $0 << 8 | UInt64($1) }))
        case 8: return .bytes(Data(try take(try length())))
        case 9, 10:
            let head = try byte()
            let count = head >> 4 == 15 ? try length() : Int(head >> 4)
            guard count <= bytes.count - position, depth < Self.maximumDepth else { throw Broken() }
            var values: [ThriftValue] = []
            for _ in 0..<count { values.append(try value(head & 15, depth + 1)) }
            return .list(values)
        case 12: return try structure(depth: depth + 1)
        default: throw Broken()
        }
    }

    private mutating func byte() throws(Broken) -> UInt8 {
        guard position < bytes.count else { throw Broken() }
        defer { position += 1 }
        return bytes[position]
    }

    private mutating func take(_ count: Int) throws(Broken) -> ArraySlice<UInt8> {
        guard count >= 0, count <= bytes.count - position else { throw Broken() }
        defer { position += count }
        return bytes[position..<position + count]
    }

    private mutating func varint() throws(Broken) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            let next = try byte()
            value |= UInt64(next & 127) << shift
            if next < 128 { return value }
        }
        throw Broken()
    }

    private mutating func length() throws(Broken) -> Int {
        let value = try varint()
        guard value <= UInt64(bytes.count) else { throw Broken() }
        return Int(value)
    }

    private mutating func zigzag() throws(Broken) -> Int64 {
        let value = try varint()
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }
}
