import Primitives
import Storage

/// A regular expression that is compared in time linear in the text, whatever it looks like (Thompson's construction,
/// "Regular Expression Search Algorithm", CACM 11:6, 1968), so that no filter can stop the server. It knows what Python's
/// `re` has without memory or look-around: classes, groups, alternatives, repetitions, anchors and word borders.
struct TextPattern: Sendable {
    /// The longest expression, in characters.
    static let maximumLength = 1000
    /// The most steps that it may compile to; counted repetitions multiply.
    static let maximumSteps = 20_000

    private let steps: [Step]

    enum Step: Sendable {
        case one(CharacterSet)
        case split(Int, Int)
        case jump(Int)
        case start
        case end
        case border(Bool)
        case match
    }

    /// Reads an expression.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE`.
    init(_ text: String) throws {
        guard text.unicodeScalars.count <= Self.maximumLength else {
            throw PlatformError.mlflowInvalid("The pattern is longer than \(Self.maximumLength) characters.")
        }
        var compiler = TextPatternCompiler(text)
        steps = try compiler.compile()
    }

    /// Whether some part of the text matches.
    func matches(_ text: String) -> Bool {
        let scalars = Array(text.unicodeScalars)
        var current = Threads(count: steps.count)
        var next = Threads(count: steps.count)
        for position in 0...scalars.count {
            if add(0, at: position, in: scalars, to: &current) { return true }
            guard position < scalars.count else { return false }
            next.clear()
            for step in current.order {
                guard case .one(let set) = steps[step], set.contains(scalars[position]) else { continue }
                if add(step + 1, at: position + 1, in: scalars, to: &next) { return true }
            }
            swap(&current, &next)
        }
        return false
    }

    /// Follows steps that take no character.
    ///
    /// - Returns: whether the end was reached.
    private func add(_ first: Int, at position: Int, in text: [Unicode.Scalar], to threads: inout Threads) -> Bool {
        var open = [first]
        while let step = open.popLast() {
            guard threads.insert(step) else { continue }
            switch steps[step] {
            case .match: return true
            case .jump(let target): open.append(target)
            case .split(let left, let right): open += [right, left]
            case .start: if position == 0 { open.append(step + 1) }
            case .end:
                let isLast = position == text.count || (position == text.count - 1 && text[position] == "\n")
                if isLast { open.append(step + 1) }
            case .border(let wanted):
                let before = position > 0 && CharacterSet.word.contains(text[position - 1])
                let after = position < text.count && CharacterSet.word.contains(text[position])
                if (before != after) == wanted { open.append(step + 1) }
            case .one: break
            }
        }
        return false
    }

    private struct Threads {
        var order: [Int] = []
        private var isIn: [Bool]

        init(count: Int) { isIn = [Bool](repeating: false, count: count) }

        mutating func insert(_ step: Int) -> Bool {
            if isIn[step] { return false }
            isIn[step] = true
            order.append(step)
            return true
        }

        mutating func clear() {
            for step in order { isIn[step] = false }
            order.removeAll(keepingCapacity: true)
        }
    }

    /// The values of rows that match, to be bound.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE` when there are too many values to compare.
    func matching(_ rows: [SQLRow]) throws -> [SQLValue] {
        try Self.check(count: rows.count)
        return try rows.map { try $0.text("value") }.filter(matches).map(SQLValue.text)
    }

    static func check(count: Int) throws {
        guard count <= TraceLimits.patternValues else {
            throw PlatformError.mlflowInvalid(
                "RLIKE would compare more than \(TraceLimits.patternValues) values; narrow the search, or use LIKE."
            )
        }
    }

    /// A set of characters.
    struct CharacterSet: Sendable {
        var ranges: [ClosedRange<UInt32>] = []
        var isNegated = false
        /// Sets inside a class, as in `[\w-]`.
        var members: [CharacterSet] = []

        static let any = CharacterSet(ranges: [10...10], isNegated: true)
        static let digit = CharacterSet(ranges: [48...57])
        static let word = CharacterSet(ranges: [48...57, 65...90, 95...95, 97...122, 0xAA...0x2FF, 0x370...0x10FFFF])
        static let space = CharacterSet(ranges: [9...13, 32...32, 0x85...0x85, 0xA0...0xA0])

        func contains(_ scalar: Unicode.Scalar) -> Bool {
            let found = ranges.contains { $0.contains(scalar.value) } || members.contains { $0.contains(scalar) }
            return found != isNegated
        }

        var inverted: CharacterSet { CharacterSet(ranges: ranges, isNegated: !isNegated, members: members) }
    }
}
