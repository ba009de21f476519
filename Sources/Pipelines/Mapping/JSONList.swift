import Foundation
import Primitives

/// A JSON list as bytes, cut into its elements without reading them: a hundred thousand elements cost their bytes and
/// eight more each.
struct JSONList: Sendable {
    /// Why bytes are no list that can be mapped.
    enum Problem: Error, Hashable {
        case notAList
        /// More elements than the bound; the rest was not looked at.
        case tooMany
        /// The text ends or goes wrong at this byte.
        case broken(offset: Int)
    }

    private let bytes: [UInt8]
    /// Begin and end of each element.
    private let places: [(begin: UInt32, end: UInt32)]

    /// Cuts a text into elements.
    init(_ data: Data, limit: Int) throws(Problem) {
        bytes = Array(data)
        var scanner = Scanner(bytes: bytes)
        places = try scanner.elements(limit: limit)
    }

    var count: Int { places.count }

    /// One element.
    ///
    /// - Throws: `invalid_json`.
    func element(_ index: Int) throws -> JSONValue {
        let place = places[index]
        return try CanonicalJSON.decode(
            JSONValue.self,
            from: Data(bytes[Int(place.begin)..<Int(place.end)]),
            what: "element \(index) of the list"
        )
    }

    /// Walks over values by brackets and quotes; what is inside an element is checked when it is read.
    private struct Scanner {
        let bytes: [UInt8]
        var offset = 0

        mutating func elements(limit: Int) throws(Problem) -> [(begin: UInt32, end: UInt32)] {
            skipSpace()
            guard next == UInt8(ascii: "[") else { throw .notAList }
            offset += 1
            var places: [(begin: UInt32, end: UInt32)] = []
            skipSpace()
            if next == UInt8(ascii: "]") {
                offset += 1
            } else {
                while true {
                    skipSpace()
                    let begin = offset
                    try skipValue()
                    guard offset > begin else { throw .broken(offset: offset) }
                    guard places.count < limit else { throw .tooMany }
                    places.append((UInt32(begin), UInt32(offset)))
                    skipSpace()
                    let sign = next
                    offset += 1
                    if sign == UInt8(ascii: "]") { break }
                    guard sign == UInt8(ascii: ",") else { throw .broken(offset: offset - 1) }
                }
            }
            skipSpace()
            guard next == nil else { throw .broken(offset: offset) }
            return places
        }

        private var next: UInt8? { offset < bytes.count ? bytes[offset] : nil }

        private mutating func skipSpace() {
            while let byte = next, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { offset += 1 }
        }

        private mutating func skipValue() throws(Problem) {
            var depth = 0
            while let byte = next {
                switch byte {
                case UInt8(ascii: "\""): try skipText()
                case UInt8(ascii: "["), UInt8(ascii: "{"):
                    depth += 1
                    offset += 1
                case UInt8(ascii: "]"), UInt8(ascii: "}"):
                    if depth == 0 { return }
                    depth -= 1
                    offset += 1
                case UInt8(ascii: ",") where depth == 0: return
                case 0x20, 0x09, 0x0A, 0x0D:
                    if depth == 0 { return }
                    offset += 1
                default: offset += 1
                }
                if depth == 0, next.map({ $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "]") }) == true { return }
            }
            if depth > 0 { throw .broken(offset: offset) }
        }

        private mutating func skipText() throws(Problem) {
            offset += 1
            while let byte = next {
                offset += byte == UInt8(ascii: "\\") ? 2 : 1
                if byte == UInt8(ascii: "\"") { return }
            }
            throw .broken(offset: bytes.count)
        }
    }
}
