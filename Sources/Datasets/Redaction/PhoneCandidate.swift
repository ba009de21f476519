/// Some groups of a run, weighed as a phone number.
struct PhoneCandidate {
    /// Where the candidate begins, with '+' or '('.
    let start: Int
    private let plus: Bool
    private let whole: Bool
    private let digits: [UInt8]
    private let shape: [Int]
    private let separators: [String]
    private let context: PhoneContext

    init(run: DigitRun, groups: Range<Int>, text: [UInt8]) {
        plus = run.hasPlus && groups.lowerBound == 0
        whole = groups == run.groups.indices
        var begin = run.groups[groups.lowerBound].lowerBound
        if groups.lowerBound == 0 {
            begin = run.start
        } else if text.at(begin - 1) == UInt8(ascii: "(") {
            begin -= 1
        }
        start = begin
        var kept = Array(groups)
        // The trunk zero of '+44 (0)20' is not dialled from abroad.
        if kept.count > 2, run.hasPlus, let zero = kept.dropFirst().first, run.groups[zero].count == 1,
            text[run.groups[zero].lowerBound] == 0x30, run.separators[zero].hasSuffix("(")
        {
            kept.remove(at: 1)
        }
        digits = kept.flatMap { Array(text[run.groups[$0]]) }
        shape = kept.map { run.groups[$0].count }
        separators = kept.dropFirst().map { run.separators[$0] }
        context = PhoneContext(text, before: begin)
    }

    var isPhone: Bool {
        guard (7...17).contains(digits.count) else { return false }
        if plus { return isInternational(digits) }
        if digits.starts(with: "00".utf8) { return isInternational(Array(digits.dropFirst(2))) && context != .other }
        if context == .other || isISBN { return false }
        if isTrunk || isNorthAmerican { return true }
        guard whole else { return false }
        return isMobileShape || (context != .none && shape.count == 1 && NumberingPlan.isMobile(digits))
            || (context == .phone && isPlausibleNational)
    }

    private func isInternational(_ number: [UInt8]) -> Bool {
        guard (8...15).contains(number.count), let code = NumberingPlan.countryCode(of: number),
            let lengths = NumberingPlan.nationalLengths(code)
        else { return false }
        return lengths.contains(number.count - String(code).count)
    }

    /// A trunk 0 and 8 to 10 digits more (ITU-T E.164 Annex A practice in most of Europe, Africa and Asia).
    private var isTrunk: Bool {
        guard digits[0] == 0x30, digits[1] != 0x30, (9...11).contains(digits.count), !isDecimal else { return false }
        if shape.count == 1 {
            return digits.count == 10 || (digits.count == 11 && "1789".utf8.contains(digits[1]))
        }
        return shape.count <= 6 && shape.dropFirst().allSatisfy { (2...8).contains($0) }
    }

    /// `(201) 555-0123`, `201-555-0123`, `1-201-555-0123`: 3-3-4 with an area code from 2 to 9.
    private var isNorthAmerican: Bool {
        var rest = shape[...]
        var area = digits[0]
        if rest.first == 1, digits[0] == 0x31, rest.count == 4 {
            rest = rest.dropFirst()
            area = digits[1]
        }
        return whole && Array(rest) == [3, 3, 4] && area >= 0x32
    }

    /// National mobile numbers without a trunk 0, in the groups that their countries write: Spain, Senegal, Cameroon.
    private var isMobileShape: Bool {
        guard Set(separators).count == 1, separators.first == " " else { return false }
        switch shape {
        case [3, 2, 2, 2]: return "679".utf8.contains(digits[0])
        case [2, 3, 2, 2]: return digits[0] == UInt8(ascii: "7")
        case [1, 2, 2, 2, 2]: return "67".utf8.contains(digits[0])
        default: return false
        }
    }

    private var isPlausibleNational: Bool {
        guard !isDecimal else { return false }
        if shape.count == 1 { return digits.count <= 15 }
        return digits.count <= 12 && shape.count <= 5 && shape.dropFirst().allSatisfy { $0 >= 2 }
    }

    private var isISBN: Bool { digits.count == 13 && shape.first == 3 && digits.starts(with: "97".utf8) }

    private var isDecimal: Bool { shape.count == 2 && separators == ["."] }
}
