import Primitives

/// One step of a normaliser, in the order of the file.
enum NormalizerStep: Sendable {
    case form(NormalizationForm)
    case precompiled(PrecompiledCharsmap)
    case replace([UInt8], with: [UInt8])
    /// A run of at least so many of one scalar, nil for any white space.
    case replaceRun(of: UInt32?, least: Int, with: [UInt8], CharacterClasses)
    case prepend([UInt8])
    case lowercase([UInt32: [UInt32]])
    case stripMarks(Set<UInt32>)
    case strip(left: Bool, right: Bool, CharacterClasses)

    /// Reads a normaliser and what it contains.
    ///
    /// - Throws: `tokenizer_unsupported`, `tokenizer_invalid`.
    static func read(_ node: TokenizerNode?, _ classes: CharacterClasses) throws -> [NormalizerStep] {
        guard let node else { return [] }
        switch node.type {
        case "Sequence": return try node.list("normalizers").flatMap { try read($0, classes) }
        case "NFC": return [.form(NormalizationForm(compatible: false, composes: true))]
        case "NFD": return [.form(NormalizationForm(compatible: false, composes: false))]
        case "NFKC": return [.form(NormalizationForm(compatible: true, composes: true))]
        case "NFKD": return [.form(NormalizationForm(compatible: true, composes: false))]
        case "Lowercase": return [.lowercase(TableText.mappings(BertTables.lowered))]
        case "StripAccents": return [.stripMarks(Set(TableText.ranges(UnicodeTables.marks).joined()))]
        case "Strip":
            return [.strip(left: try node.flag("strip_left", true), right: try node.flag("strip_right", true), classes)]
        case "Prepend": return [.prepend(Array(try node.text("prepend").required(by: node, "prepend").utf8))]
        case "Replace": return [try replacement(node, classes)]
        case "Precompiled":
            guard let text = try node.text("precompiled_charsmap"),
                let map = PrecompiledCharsmap(base64: text, classes: classes)
            else { throw node.invalid("its map of characters cannot be read") }
            return [.precompiled(map)]
        default: throw node.unsupported("the normaliser '\(node.type)'")
        }
    }

    private static func replacement(_ node: TokenizerNode, _ classes: CharacterClasses) throws -> NormalizerStep {
        let content = Array(try node.text("content").required(by: node, "content").utf8)
        if let literal = try node["pattern"]?.text("String") {
            guard !literal.isEmpty else { throw node.invalid("it replaces the empty text") }
            return .replace(Array(literal.utf8), with: content)
        }
        let pattern = try (node["pattern"]?.text("Regex")).required(by: node, "pattern")
        var rest = pattern[...]
        var scalar: UInt32?
        if rest.hasPrefix("\\s") {
            rest = rest.dropFirst(2)
        } else if let first = rest.unicodeScalars.first, !"\\[](){}.*+?^$|".unicodeScalars.contains(first) {
            scalar = first.value
            rest = Substring(rest.unicodeScalars.dropFirst())
        } else {
            throw node.unsupported("the regular expression '\(pattern.prefix(200))'")
        }
        if rest == "+" { return .replaceRun(of: scalar, least: 1, with: content, classes) }
        guard rest.hasPrefix("{"), rest.hasSuffix(",}"), let least = Int(rest.dropFirst().dropLast(2)), least > 0 else {
            throw node.unsupported("the regular expression '\(pattern.prefix(200))'")
        }
        return .replaceRun(of: scalar, least: least, with: content, classes)
    }

    /// The text after this step.
    func apply(_ bytes: [UInt8]) -> [UInt8] {
        switch self {
        case .form(let form): return form.apply(bytes)
        case .precompiled(let map): return map.apply(bytes)
        case .replace(let old, let new): return bytes.replacing(old, with: new)
        case .prepend(let prefix): return bytes.isEmpty ? bytes : prefix + bytes
        case .replaceRun(let scalar, let least, let content, let classes):
            return Self.replaceRuns(bytes, scalar, least, content, classes)
        case .lowercase(let table):
            return Self.map(bytes) { scalar, out in
                if scalar >= 0x41, scalar <= 0x5A {
                    out.append(UInt8(scalar + 32))
                } else if scalar >= 0x80, let lowered = table[scalar] {
                    for part in lowered { Scalars.append(part, to: &out) }
                } else {
                    Scalars.append(scalar, to: &out)
                }
            }
        case .stripMarks(let marks):
            return Self.map(bytes) { scalar, out in
                if scalar < 0x300 || !marks.contains(scalar) { Scalars.append(scalar, to: &out) }
            }
        case .strip(let left, let right, let classes):
            return bytes.withUnsafeBufferPointer { bytes in
                var start = 0, end = bytes.count
                while left, start < end {
                    let (scalar, length) = Scalars.at(start, of: bytes)
                    if classes.of(scalar) & CharacterClasses.whitespace == 0 { break }
                    start += length
                }
                while right, end > start {
                    let (scalar, length) = Scalars.before(end, of: bytes)
                    if classes.of(scalar) & CharacterClasses.whitespace == 0 { break }
                    end -= length
                }
                return Array(bytes[start..<end])
            }
        }
    }

    private static func map(_ bytes: [UInt8], _ body: (UInt32, inout [UInt8]) -> Void) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count)
        bytes.withUnsafeBufferPointer { bytes in
            var index = 0
            while index < bytes.count {
                let (scalar, length) = Scalars.at(index, of: bytes)
                body(scalar, &out)
                index += length
            }
        }
        return out
    }

    private static func replaceRuns(
        _ bytes: [UInt8],
        _ wanted: UInt32?,
        _ least: Int,
        _ content: [UInt8],
        _ classes: CharacterClasses
    ) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count)
        bytes.withUnsafeBufferPointer { bytes in
            var index = 0
            while index < bytes.count {
                let start = index
                var count = 0
                while index < bytes.count {
                    let (scalar, length) = Scalars.at(index, of: bytes)
                    let matches =
                        wanted.map { $0 == scalar } ?? (classes.of(scalar) & CharacterClasses.space != 0)
                    guard matches else { break }
                    index += length
                    count += 1
                }
                if count >= least {
                    out += content
                } else if count > 0 {
                    out += bytes[start..<index]
                } else {
                    let length = Scalars.at(index, of: bytes).length
                    out += bytes[index..<index + length]
                    index += length
                }
            }
        }
        return out
    }
}

extension Optional {
    /// The value, or `tokenizer_invalid`.
    func required(by node: TokenizerNode, _ key: String) throws -> Wrapped {
        guard let self else { throw node.invalid("it has no '\(key)'") }
        return self
    }
}

extension [UInt8] {
    /// Every occurrence of `old`, from the left, replaced. (The standard library's own `replacing` is many times slower.)
    func replacing(_ old: [UInt8], with new: [UInt8]) -> [UInt8] {
        guard let first = old.first, contains(first) else { return self }
        var out: [UInt8] = []
        out.reserveCapacity(count + 16)
        var index = 0
        while index < count {
            if self[index] == first, index + old.count <= count,
                old.indices.allSatisfy({ self[index + $0] == old[$0] })
            {
                out += new
                index += old.count
            } else {
                out.append(self[index])
                index += 1
            }
        }
        return out
    }
}
