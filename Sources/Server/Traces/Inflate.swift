import Foundation
import Primitives

/// Unpacks compressed bodies: DEFLATE (RFC 1951), bare, as zlib (RFC 1950) or as gzip (RFC 1952). Stops at a bound, so that
/// a small body cannot fill the memory.
struct Inflate {
    /// The content of a gzip stream.
    ///
    /// - Parameter limit: the most bytes that may come out.
    /// - Throws: `compressed_body_invalid`, `body_too_large`.
    static func gzip(_ data: Data, upTo limit: Int) throws -> Data {
        var reader = Inflate(bytes: [UInt8](data), limit: limit)
        var out: [UInt8] = []
        repeat {
            try reader.skipGzipHeader()
            let start = out.count
            try reader.inflate(into: &out)
            try reader.checkGzipTrailer(out[start...])
        } while reader.position < reader.bytes.count
        return Data(out)
    }

    /// The content of a zlib stream, or of bare DEFLATE, which some clients send under the same name.
    static func deflate(_ data: Data, upTo limit: Int) throws -> Data {
        let bytes = [UInt8](data)
        let isZlib =
            bytes.count >= 2 && bytes[0] & 15 == 8 && (Int(bytes[0]) << 8 | Int(bytes[1])) % 31 == 0
            && bytes[1] & 32 == 0
        var reader = Inflate(bytes: bytes, limit: limit)
        if isZlib { reader.position = 2 }
        var out: [UInt8] = []
        try reader.inflate(into: &out)
        if isZlib { try reader.checkZlibTrailer(out) }
        return Data(out)
    }

    private let bytes: [UInt8]
    private let limit: Int
    private var position = 0
    private var bits: UInt32 = 0
    private var bitCount = 0

    private init(bytes: [UInt8], limit: Int) {
        self.bytes = bytes
        self.limit = limit
    }

    private static func invalid(_ reason: String) -> PlatformError {
        PlatformError(ErrorCode("compressed_body_invalid", .invalidArgument), "The compressed body \(reason).")
    }

    private mutating func byte() throws -> UInt8 {
        guard position < bytes.count else { throw Self.invalid("ends too early") }
        defer { position += 1 }
        return bytes[position]
    }

    private mutating func take(_ count: Int) throws -> Int {
        while bitCount < count {
            bits |= UInt32(try byte()) << UInt32(bitCount)
            bitCount += 8
        }
        defer {
            bits >>= UInt32(count)
            bitCount -= count
        }
        return Int(bits & ((1 << UInt32(count)) - 1))
    }

    private mutating func inflate(into out: inout [UInt8]) throws {
        let start = out.count
        (bits, bitCount) = (0, 0)
        var isLast = false
        while !isLast {
            isLast = try take(1) == 1
            switch try take(2) {
            case 0: try copyStored(into: &out)
            case 1: try decode(HuffmanCode.fixedLiterals, HuffmanCode.fixedDistances, start, into: &out)
            case 2:
                let (literals, distances) = try readCodes()
                try decode(literals, distances, start, into: &out)
            default: throw Self.invalid("has a block of an unknown kind")
            }
        }
        // Whole bytes that were read ahead belong to the trailer.
        position -= bitCount / 8
    }

    private func require(room count: Int, _ out: [UInt8]) throws {
        guard out.count + count <= limit else {
            throw PlatformError(
                ErrorCode("body_too_large", .tooLarge),
                "The body unpacks to more than \(limit) bytes.",
                nextStep: "Send less at a time."
            )
        }
    }

    private mutating func copyStored(into out: inout [UInt8]) throws {
        position -= bitCount / 8
        (bits, bitCount) = (0, 0)
        let length = Int(try byte()) | Int(try byte()) << 8
        let check = Int(try byte()) | Int(try byte()) << 8
        guard length == ~check & 0xFFFF, position + length <= bytes.count else {
            throw Self.invalid("has a stored block of a wrong length")
        }
        try require(room: length, out)
        out.append(contentsOf: bytes[position..<(position + length)])
        position += length
    }

    private mutating func symbol(_ code: HuffmanCode) throws -> Int {
        var (value, first, index) = (0, 0, 0)
        for length in 1...15 {
            value |= try take(1)
            let count = code.counts[length]
            if value - count < first { return code.symbols[index + value - first] }
            index += count
            first = (first + count) << 1
            value <<= 1
        }
        throw Self.invalid("has a code that stands for nothing")
    }

    private mutating func decode(
        _ literals: HuffmanCode,
        _ distances: HuffmanCode,
        _ start: Int,
        into out: inout [UInt8]
    ) throws {
        while true {
            let symbol = try symbol(literals)
            if symbol < 256 {
                try require(room: 1, out)
                out.append(UInt8(symbol))
                continue
            }
            if symbol == 256 { return }
            let row = symbol - 257
            guard row < HuffmanCode.lengths.count else { throw Self.invalid("has an unknown length") }
            let length = HuffmanCode.lengths[row] + (try take(HuffmanCode.lengthBits[row]))
            let column = try self.symbol(distances)
            guard column < HuffmanCode.distances.count else { throw Self.invalid("has an unknown distance") }
            let distance = HuffmanCode.distances[column] + (try take(HuffmanCode.distanceBits[column]))
            guard distance <= out.count - start else { throw Self.invalid("points before its beginning") }
            try require(room: length, out)
            for _ in 0..<length { out.append(out[out.count - distance]) }
        }
    }

    private mutating func readCodes() throws -> (HuffmanCode, HuffmanCode) {
        let literals = try take(5) + 257
        let distances = try take(5) + 1
        let order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
        var codeLengths = [Int](repeating: 0, count: 19)
        for index in 0..<(try take(4) + 4) { codeLengths[order[index]] = try take(3) }
        let code = try HuffmanCode(codeLengths)
        var lengths: [Int] = []
        while lengths.count < literals + distances {
            let symbol = try symbol(code)
            switch symbol {
            case 16:
                guard let last = lengths.last else { throw Self.invalid("repeats nothing") }
                lengths += [Int](repeating: last, count: 3 + (try take(2)))
            case 17: lengths += [Int](repeating: 0, count: 3 + (try take(3)))
            case 18: lengths += [Int](repeating: 0, count: 11 + (try take(7)))
            default: lengths.append(symbol)
            }
        }
        guard lengths.count == literals + distances, lengths[256] > 0 else {
            throw Self.invalid("has broken code lengths")
        }
        return (try HuffmanCode(Array(lengths[..<literals])), try HuffmanCode(Array(lengths[literals...])))
    }

    private mutating func skipGzipHeader() throws {
        guard try byte() == 0x1F, try byte() == 0x8B, try byte() == 8 else { throw Self.invalid("is not gzip") }
        let flags = try byte()
        for _ in 0..<6 { _ = try byte() }
        if flags & 4 != 0 { for _ in 0..<(Int(try byte()) | Int(try byte()) << 8) { _ = try byte() } }
        for flag: UInt8 in [8, 16] where flags & flag != 0 { while try byte() != 0 {} }
        if flags & 2 != 0 { for _ in 0..<2 { _ = try byte() } }
    }

    private mutating func checkGzipTrailer(_ out: ArraySlice<UInt8>) throws {
        var words: [UInt32] = []
        for _ in 0..<2 {
            var word: UInt32 = 0
            for shift in 0..<4 { word |= UInt32(try byte()) << UInt32(8 * shift) }
            words.append(word)
        }
        guard words[0] == Self.crc(out), words[1] == UInt32(truncatingIfNeeded: out.count) else {
            throw Self.invalid("does not have its checksum")
        }
    }

    private mutating func checkZlibTrailer(_ out: [UInt8]) throws {
        var wanted: UInt32 = 0
        for _ in 0..<4 { wanted = wanted << 8 | UInt32(try byte()) }
        var (low, high): (UInt32, UInt32) = (1, 0)
        for byte in out {
            low = (low + UInt32(byte)) % 65_521
            high = (high + low) % 65_521
        }
        guard wanted == high << 16 | low else { throw Self.invalid("does not have its checksum") }
    }

    private static func crc(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        var crc = UInt32.max
        for byte in bytes { crc = crc >> 8 ^ crcTable[Int(UInt8(truncatingIfNeeded: crc) ^ byte)] }
        return ~crc
    }

    private static let crcTable: [UInt32] = (0..<256).map { (number: UInt32) in
        (0..<8).reduce(number) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ value >> 1 : value >> 1 }
    }
}

/// A canonical Huffman code: how many codes there are of each length, and their symbols in order.
private struct HuffmanCode {
    private(set) var counts = [Int](repeating: 0, count: 16)
    private(set) var symbols: [Int]

    init(_ lengths: [Int]) throws {
        for length in lengths { counts[length] += 1 }
        counts[0] = 0
        var left = 1
        for length in 1...15 {
            left = left << 1 - counts[length]
            guard left >= 0 else {
                throw PlatformError(
                    ErrorCode("compressed_body_invalid", .invalidArgument),
                    "The compressed body has too many codes."
                )
            }
        }
        var offsets = [Int](repeating: 0, count: 16)
        for length in 1..<15 { offsets[length + 1] = offsets[length] + counts[length] }
        symbols = [Int](repeating: 0, count: lengths.count)
        for (symbol, length) in lengths.enumerated() where length > 0 {
            symbols[offsets[length]] = symbol
            offsets[length] += 1
        }
    }

    private init(known lengths: [Int]) {
        for length in lengths { counts[length] += 1 }
        symbols = lengths.indices.sorted { (lengths[$0], $0) < (lengths[$1], $1) }
    }

    static let fixedLiterals = HuffmanCode(
        known: (0..<288).map { $0 < 144 ? 8 : $0 < 256 ? 9 : $0 < 280 ? 7 : 8 }
    )
    static let fixedDistances = HuffmanCode(known: [Int](repeating: 5, count: 30))

    static let lengths = [
        3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227,
        258,
    ]
    static let lengthBits = [
        0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
    ]
    static let distances = [
        1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097,
        6145, 8193, 12289, 16385, 24577,
    ]
    static let distanceBits = [
        0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13,
    ]
}
