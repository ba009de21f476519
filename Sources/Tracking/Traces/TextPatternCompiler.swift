import Primitives

/// Reads a regular expression and writes its steps.
struct TextPatternCompiler {
    private typealias Step = TextPattern.Step
    private typealias CharacterSet = TextPattern.CharacterSet

    private let scalars: [Unicode.Scalar]
    private let text: String
    private var index = 0
    private var depth = 0

    init(_ text: String) {
        self.text = text
        scalars = Array(text.unicodeScalars)
    }

    mutating func compile() throws -> [TextPattern.Step] {
        let tree = try alternatives()
        guard index == scalars.count else { throw invalid("unbalanced parenthesis") }
        var steps: [TextPattern.Step] = []
        try write(tree, to: &steps)
        return steps + [.match]
    }

    private indirect enum Node {
        case step(TextPattern.Step)
        case sequence([Node])
        case either([Node])
        case repeated(Node, least: Int, most: Int?)
    }

    private func write(_ node: Node, to steps: inout [TextPattern.Step]) throws {
        guard steps.count < TextPattern.maximumSteps else { throw invalid("it is too large") }
        switch node {
        case .step(let step): steps.append(step)
        case .sequence(let nodes): for node in nodes { try write(node, to: &steps) }
        case .either(let nodes):
            var ends: [Int] = []
            for (number, node) in nodes.enumerated() {
                guard number < nodes.count - 1 else {
                    try write(node, to: &steps)
                    break
                }
                let split = steps.count
                steps.append(.jump(0))
                try write(node, to: &steps)
                ends.append(steps.count)
                steps.append(.jump(0))
                steps[split] = .split(split + 1, steps.count)
            }
            for end in ends { steps[end] = .jump(steps.count) }
        case .repeated(let node, let least, let most):
            for _ in 0..<least { try write(node, to: &steps) }
            guard let most else {
                let split = steps.count
                steps.append(.jump(0))
                try write(node, to: &steps)
                steps.append(.jump(split))
                steps[split] = .split(split + 1, steps.count)
                return
            }
            var splits: [Int] = []
            for _ in least..<max(least, most) {
                splits.append(steps.count)
                steps.append(.jump(0))
                try write(node, to: &steps)
            }
            for split in splits { steps[split] = .split(split + 1, steps.count) }
        }
    }

    private mutating func alternatives() throws -> Node {
        depth += 1
        defer { depth -= 1 }
        guard depth < 50 else { throw invalid("it nests too deep") }
        var nodes = [try sequence()]
        while take("|") { nodes.append(try sequence()) }
        return nodes.count == 1 ? nodes[0] : .either(nodes)
    }

    private mutating func sequence() throws -> Node {
        var nodes: [Node] = []
        while let scalar = current, scalar != "|", scalar != ")" { nodes.append(try repetition(try atom())) }
        return .sequence(nodes)
    }

    private mutating func repetition(_ node: Node) throws -> Node {
        var node = node
        while let scalar = current {
            switch scalar {
            case "*": node = .repeated(node, least: 0, most: nil)
            case "+": node = .repeated(node, least: 1, most: nil)
            case "?": node = .repeated(node, least: 0, most: 1)
            case "{":
                guard let (least, most) = try bounds() else { return node }
                node = .repeated(node, least: least, most: most)
                _ = take("?")
                continue
            default: return node
            }
            index += 1
            // Whether a repetition is greedy does not change whether there is a match.
            _ = take("?")
        }
        return node
    }

    /// `{n}`, `{n,}` or `{n,m}`; nil when the brace is a character of its own.
    private mutating func bounds() throws -> (Int, Int?)? {
        guard let end = scalars[index...].firstIndex(of: "}") else { return nil }
        let inside = String(String.UnicodeScalarView(scalars[(index + 1)..<end]))
        let parts = inside.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard parts.count <= 2, let least = Int(parts[0].isEmpty ? "0" : parts[0]), !inside.isEmpty else { return nil }
        let most: Int? = parts.count == 1 ? least : parts[1].isEmpty ? nil : Int(parts[1])
        if parts.count == 2, !parts[1].isEmpty, most == nil { return nil }
        guard least <= 1000, most ?? 0 <= 1000, most ?? least >= least else { throw invalid("a bad repetition") }
        index = end + 1
        return (least, most)
    }

    private mutating func atom() throws -> Node {
        guard let scalar = current else { throw invalid("it ends too early") }
        index += 1
        switch scalar {
        case ".": return .step(.one(.any))
        case "^": return .step(.start)
        case "$": return .step(.end)
        case "(":
            if take("?") { guard take(":") else { throw invalid("look-around and names are not supported") } }
            let inside = try alternatives()
            guard take(")") else { throw invalid("missing ), unterminated subpattern") }
            return inside
        case "[": return .step(.one(try set()))
        case "\\": return try escape()
        case "*", "+", "?": throw invalid("nothing to repeat")
        default: return .step(.one(CharacterSet(ranges: [scalar.value...scalar.value])))
        }
    }

    private mutating func escape() throws -> Node {
        guard let scalar = current else { throw invalid("bad escape (end of pattern)") }
        switch scalar {
        case "b", "B":
            index += 1
            return .step(.border(scalar == "b"))
        case "A":
            index += 1
            return .step(.start)
        case "Z", "z":
            index += 1
            return .step(.end)
        case "1"..."9": throw invalid("references are not supported")
        default: return .step(.one(try escapedSet()))
        }
    }

    private mutating func escapedSet() throws -> TextPattern.CharacterSet {
        guard let scalar = current else { throw invalid("bad escape (end of pattern)") }
        index += 1
        switch scalar {
        case "d": return .digit
        case "D": return CharacterSet.digit.inverted
        case "w": return .word
        case "W": return CharacterSet.word.inverted
        case "s": return .space
        case "S": return CharacterSet.space.inverted
        case "n": return CharacterSet(ranges: [10...10])
        case "t": return CharacterSet(ranges: [9...9])
        case "r": return CharacterSet(ranges: [13...13])
        default: return CharacterSet(ranges: [scalar.value...scalar.value])
        }
    }

    private mutating func set() throws -> TextPattern.CharacterSet {
        var set = CharacterSet()
        set.isNegated = take("^")
        var isFirst = true
        while let scalar = current, scalar != "]" || isFirst {
            isFirst = false
            index += 1
            if scalar == "\\" {
                let inside = try escapedSet()
                guard inside.ranges.count == 1, !inside.isNegated, inside.ranges[0].count == 1 else {
                    set.members.append(inside)
                    continue
                }
                set.ranges.append(try range(from: inside.ranges[0].lowerBound))
            } else {
                set.ranges.append(try range(from: scalar.value))
            }
        }
        guard take("]") else { throw invalid("unterminated character set") }
        return set
    }

    private mutating func range(from low: UInt32) throws -> ClosedRange<UInt32> {
        guard current == "-", index + 1 < scalars.count, scalars[index + 1] != "]" else { return low...low }
        index += 1
        var high = scalars[index].value
        index += 1
        if high == 92 {
            let inside = try escapedSet()
            guard inside.ranges.count == 1, inside.ranges[0].count == 1 else { throw invalid("bad character range") }
            high = inside.ranges[0].lowerBound
        }
        guard low <= high else { throw invalid("bad character range") }
        return low...high
    }

    private var current: Unicode.Scalar? { index < scalars.count ? scalars[index] : nil }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard current == scalar else { return false }
        index += 1
        return true
    }

    private func invalid(_ reason: String) -> PlatformError {
        PlatformError.mlflowInvalid("Invalid regular expression '\(text.prefix(100))': \(reason)")
    }
}
