/// Finds phone numbers: E.164 with '+' or 00, national numbers with a trunk 0, common national shapes, and bare digits after
/// a word that says what they are. Digits are counted and separators weighed; dates, ISBNs, decimals and identifiers are not
/// phone numbers.
struct PhoneRecogniser: Sendable {
    func ranges(in text: [UInt8]) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var index = 0
        while index < text.count {
            let byte = text[index]
            guard byte.isDigit || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "("),
                let run = DigitRun(text, at: index), let last = run.groups.last
            else {
                index += 1
                continue
            }
            if !continuesWord(text, index), run.groups.count < DigitRun.maximumGroups {
                found.append(contentsOf: numbers(in: run, text))
            }
            index = max(last.upperBound, found.last?.upperBound ?? 0)
        }
        return found
    }

    /// A digit after a letter, a dot, a dash or another digit's colon belongs to something longer.
    private func continuesWord(_ text: [UInt8], _ index: Int) -> Bool {
        let previous = text.at(index - 1)
        if previous.isAlphanumeric || previous == UInt8(ascii: "_") { return text[index] != UInt8(ascii: "(") }
        switch previous {
        case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: "#"), UInt8(ascii: "$"):
            return text[index].isDigit
        case UInt8(ascii: ":"): return text.at(index - 2).isDigit
        default: return false
        }
    }

    private func continuesAfter(_ text: [UInt8], _ end: Int) -> Bool {
        let next = text.at(end), second = text.at(end + 1)
        if next.isAlphanumeric || next == UInt8(ascii: "_") || next == UInt8(ascii: "@") || next == UInt8(ascii: "%") {
            return true
        }
        return (next == 0x2E || next == 0x3A || next == UInt8(ascii: "/")) && second.isDigit
    }

    /// The numbers inside a run: from each place where one may begin, the longest that a rule accepts.
    private func numbers(in run: DigitRun, _ text: [UInt8]) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var first = 0
        while first < run.groups.count {
            if run.isDate(run.token(of: first)) {
                first = run.token(of: first).upperBound
                continue
            }
            if run.breaks(before: first), let match = longest(run, from: first, text) {
                found.append(match.range)
                first = match.next
            } else {
                first += 1
            }
        }
        return found
    }

    private func longest(_ run: DigitRun, from first: Int, _ text: [UInt8]) -> (range: Range<Int>, next: Int)? {
        for end in stride(from: run.groups.count, to: first, by: -1) where run.breaks(before: end) {
            let stop = run.groups[end - 1].upperBound
            let end2 = PhoneExtension.end(text, after: stop) ?? stop
            guard !continuesAfter(text, end2) else { continue }
            let candidate = PhoneCandidate(run: run, groups: first..<end, text: text)
            if candidate.isPhone { return (candidate.start..<end2, end) }
        }
        return nil
    }
}

/// `x565`, `ext. 565`, `ext 565`: digits of an extension after a number.
enum PhoneExtension {
    /// The end of the extension, or nil when none follows.
    static func end(_ text: [UInt8], after end: Int) -> Int? {
        var index = end
        while text.at(index) == 0x20 { index += 1 }
        guard index - end <= 1 else { return nil }
        let rest = text[min(index, text.count)...].prefix(4).map { $0 | 0x20 }
        if rest.starts(with: "ext".utf8) {
            index += 3
        } else if rest.starts(with: "x".utf8) {
            index += 1
        } else {
            return nil
        }
        while text.at(index) == 0x2E || text.at(index) == 0x20 { index += 1 }
        let digits = text[min(index, text.count)...].prefix(6).prefix(while: \.isDigit)
        return digits.isEmpty ? nil : index + digits.count
    }
}
