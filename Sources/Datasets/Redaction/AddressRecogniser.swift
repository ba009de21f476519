import Foundation

/// Finds IPv4 and IPv6 addresses; what looks like one must satisfy `inet_pton`. Not addresses: versions (`v1.2.3.4`,
/// "release 1.2.3.4"), numbering with more than four parts, times, hardware addresses, `std::vector`.
enum AddressRecogniser {
    static func ranges(in text: [UInt8]) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var index = 0
        while index < text.count {
            guard text[index].isHex || text[index] == 0x3A, !continuesWord(text, index) else {
                index += 1
                continue
            }
            var end = index
            while end < text.count, text[end].isHex || text[end] == 0x3A || text[end] == 0x2E { end += 1 }
            if let range = address(text, index..<end) { found.append(range) }
            index = max(end, index + 1)
        }
        return found
    }

    private static func continuesWord(_ text: [UInt8], _ index: Int) -> Bool {
        let previous = text.at(index - 1)
        return previous.isAlphanumeric || previous == UInt8(ascii: "_") || previous == 0x2E || previous == 0x3A
            || (previous == UInt8(ascii: "-") && text.at(index - 2).isAlphanumeric)
    }

    /// The address that a run of hexadecimal digits, dots and colons is, or begins with (before `:port`).
    private static func address(_ text: [UInt8], _ run: Range<Int>) -> Range<Int>? {
        var end = run.upperBound
        while end > run.lowerBound, text[end - 1] == 0x2E || (text[end - 1] == 0x3A && text.at(end - 2) != 0x3A) {
            end -= 1
        }
        let next = text.at(end)
        guard !next.isAlphanumeric, next != UInt8(ascii: "_"), end - run.lowerBound >= 3 else { return nil }
        let range = run.lowerBound..<end
        let candidate = text[range]
        if candidate.count(where: { $0 == 0x3A }) >= 2 { return isIPv6(candidate) ? range : nil }
        let host = candidate.prefix { $0 != 0x3A }
        guard isIPv4(host), !followsVersionWord(text, range.lowerBound) else { return nil }
        if host.endIndex == end, next == UInt8(ascii: "-"), text.at(end + 1).isAlphanumeric { return nil }
        return range.lowerBound..<host.endIndex
    }

    private static func isIPv4(_ text: ArraySlice<UInt8>) -> Bool {
        guard text.count(where: { $0 == 0x2E }) == 3, text.allSatisfy({ $0.isDigit || $0 == 0x2E }) else {
            return false
        }
        var address = in_addr()
        return inet_pton(AF_INET, String(decoding: text, as: UTF8.self), &address) == 1
    }

    /// Also needs a decimal digit: `::`, `a::b` and `dead::beef` are more often code than addresses.
    private static func isIPv6(_ text: ArraySlice<UInt8>) -> Bool {
        guard text.contains(where: \.isDigit) else { return false }
        var address = in6_addr()
        return inet_pton(AF_INET6, String(decoding: text, as: UTF8.self), &address) == 1
    }

    private static func followsVersionWord(_ text: [UInt8], _ start: Int) -> Bool {
        guard let word = PrecedingWords(text, before: start).nearest else { return false }
        return versionWords.contains(word)
    }

    private static let versionWords: Set<String> = [
        "v", "ver", "version", "release", "build", "firmware", "fw", "rev", "revision", "section", "sec", "chapter",
        "clause", "kernel", "driver", "model", "oid", "versión", "versão", "الإصدار",
    ]
}
