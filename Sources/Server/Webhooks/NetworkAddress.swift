import Foundation

/// An IPv4 or IPv6 address, and whether it lies in the public Internet (IANA's special-purpose registries, RFC 6890).
struct NetworkAddress: Sendable, Hashable, CustomStringConvertible {
    /// 4 or 16 bytes.
    let bytes: [UInt8]

    /// Reads the canonical text of an address; other spellings (`127.1`, `0177.0.0.1`) are none.
    init?(_ text: String) {
        var four = in_addr()
        var six = in6_addr()
        if inet_pton(AF_INET, text, &four) == 1 {
            bytes = withUnsafeBytes(of: &four) { Array($0) }
        } else if inet_pton(AF_INET6, text, &six) == 1 {
            bytes = withUnsafeBytes(of: &six) { Array($0) }
        } else {
            return nil
        }
    }

    init(bytes: [UInt8]) { self.bytes = bytes }

    var description: String {
        if bytes.count == 4 { return bytes.map(String.init).joined(separator: ".") }
        var six = in6_addr()
        withUnsafeMutableBytes(of: &six) { $0.copyBytes(from: bytes) }
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard inet_ntop(AF_INET6, &six, &text, socklen_t(text.count)) != nil else { return "" }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Whether anybody's machine on the Internet may have it. An IPv4 address inside an IPv6 one is judged as itself.
    var isPublic: Bool {
        if bytes.count == 4 { return Self.isPublic(four: bytes) }
        if let inner = embedded { return Self.isPublic(four: inner) }
        // Only 2000::/3 is given out; what is special in it is listed.
        guard bytes[0] & 0xe0 == 0x20 else { return false }
        return !Self.special.contains { Self.starts(bytes, with: $0.0, bits: $0.1) }
    }

    /// The IPv4 address that an IPv6 transition address carries: mapped, 6to4, NAT64.
    private var embedded: [UInt8]? {
        if bytes.prefix(12).elementsEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]) { return Array(bytes.suffix(4)) }
        if bytes.prefix(12).elementsEqual([0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0]) {
            return Array(bytes.suffix(4))
        }
        if bytes[0] == 0x20, bytes[1] == 0x02 { return Array(bytes[2..<6]) }
        return nil
    }

    private static let special: [([UInt8], Int)] = [
        ([0x20, 0x01, 0x00, 0x00], 23), ([0x20, 0x01, 0x0d, 0xb8], 32), ([0x3f, 0xff, 0x00, 0x00], 20),
    ]

    private static let privateFour: [([UInt8], Int)] = [
        ([0, 0, 0, 0], 8), ([10, 0, 0, 0], 8), ([100, 64, 0, 0], 10), ([127, 0, 0, 0], 8), ([169, 254, 0, 0], 16),
        ([172, 16, 0, 0], 12), ([192, 0, 0, 0], 24), ([192, 0, 2, 0], 24), ([192, 88, 99, 0], 24),
        ([192, 168, 0, 0], 16), ([198, 18, 0, 0], 15), ([198, 51, 100, 0], 24), ([203, 0, 113, 0], 24),
        ([224, 0, 0, 0], 3),
    ]

    private static func isPublic(four: [UInt8]) -> Bool {
        !privateFour.contains { starts(four, with: $0.0, bits: $0.1) }
    }

    private static func starts(_ bytes: [UInt8], with prefix: [UInt8], bits: Int) -> Bool {
        for index in 0..<min(prefix.count, (bits + 7) / 8) {
            let left = bits - index * 8
            let mask: UInt8 = left >= 8 ? 0xff : ~(0xff >> UInt8(left))
            if bytes[index] & mask != prefix[index] & mask { return false }
        }
        return true
    }
}
