/// Why the values of a column are not shown.
enum ParquetProblem: Error, Hashable {
    case broken
    case tooLarge
    case codec(String)
    case encoding(String)

    /// What a page says of the values.
    var text: String {
        switch self {
        case .broken: "the file is damaged there"
        case .tooLarge: "the first piece is larger than what is read for a page"
        case .codec(let name): "they are compressed with \(name)"
        case .encoding(let name): "they are stored as \(name)"
        }
    }
}

/// Reads numbers and runs from bytes; every length is checked against what is there.
struct ParquetBytes {
    private let bytes: [UInt8]
    private(set) var position: Int

    init(_ bytes: [UInt8], at position: Int = 0) {
        self.bytes = bytes
        self.position = position
    }

    mutating func take(_ count: Int) throws(ParquetProblem) -> ArraySlice<UInt8> {
        guard count >= 0, count <= bytes.count - position else { throw .broken }
        defer { position += count }
        return bytes[position..<position + count]
    }

    /// Four bytes, the lowest first.
    mutating func length() throws(ParquetProblem) -> Int {
        Int(try take(4).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) })
    }

    mutating func varint() throws(ParquetProblem) -> Int {
        var value = 0
        for shift in stride(from: 0, to: 35, by: 7) {
            guard let next = try take(1).first else { throw .broken }
            value |= Int(next & 127) << shift
            if next < 128 { return value }
        }
        throw .broken
    }

    /// So many values of runs and packed bits ("RLE/Bit-Packing Hybrid").
    mutating func runs(width: Int, count: Int) throws(ParquetProblem) -> [Int] {
        guard (0...32).contains(width) else { throw .broken }
        var out: [Int] = []
        out.reserveCapacity(count)
        while out.count < count {
            let head = try varint()
            if head & 1 == 0 {
                guard head > 0 else { throw .broken }
                let value = Int(try take((width + 7) / 8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
                out.append(contentsOf: repeatElement(value, count: min(head >> 1, count - out.count)))
                continue
            }
            let packed = try take(min((head >> 1) * width, bytes.count - position))
            guard head > 1, packed.count * 8 >= width || width == 0 else { throw .broken }
            let available = width == 0 ? count : packed.count * 8 / width
            for index in 0..<min((head >> 1) * 8, count - out.count, available) {
                var value = 0
                for bit in 0..<width {
                    let place = index * width + bit
                    if packed[packed.startIndex + place / 8] >> (place % 8) & 1 == 1 { value |= 1 << bit }
                }
                out.append(value)
            }
        }
        return out
    }
}

/// Google's Snappy, the usual compression of Parquet: literals and copies of what was written before
/// (google/snappy, "format_description.txt").
enum Snappy {
    /// The largest result, in bytes.
    static let maximumBytes = 16 << 20

    static func decompress(_ packed: ArraySlice<UInt8>) throws(ParquetProblem) -> [UInt8] {
        var reader = ParquetBytes(Array(packed))
        let count = try reader.varint()
        guard count <= maximumBytes else { throw .tooLarge }
        var out: [UInt8] = []
        out.reserveCapacity(count)
        while out.count < count {
            guard let tag = try reader.take(1).first else { throw .broken }
            let length: Int, distance: Int
            switch tag & 3 {
            case 0:
                let short = Int(tag >> 2)
                let literal = short < 60 ? short : try reader.little(short - 59)
                guard literal < count - out.count else { throw .broken }
                out += try reader.take(literal + 1)
                continue
            case 1:
                length = Int(tag >> 2 & 7) + 4
                distance = Int(tag >> 5) << 8 | (try reader.little(1))
            case 2: (length, distance) = (Int(tag >> 2) + 1, try reader.little(2))
            default: (length, distance) = (Int(tag >> 2) + 1, try reader.little(4))
            }
            guard distance > 0, distance <= out.count, length <= count - out.count else { throw .broken }
            for _ in 0..<length { out.append(out[out.count - distance]) }
        }
        return out
    }
}

extension ParquetBytes {
    fileprivate mutating func little(_ count: Int) throws(ParquetProblem) -> Int {
        Int(try take(count).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    }
}
