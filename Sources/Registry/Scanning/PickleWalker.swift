/// Reads a pickle's opcodes (Python's `pickletools`, protocols 0 to 5) without running them, and collects the globals that
/// it names. A small model of the machine's stack and memo is kept, since protocol 4 names globals by texts on the stack.
struct PickleWalker {
    /// The most opcodes of one pickle.
    private static let maximumSteps = 10_000_000
    /// The most values that wait on the stack.
    private static let maximumStack = 2_000_000
    /// Tuples nested deeper are not looked into.
    private static let maximumDepth = 32
    /// Pickles within a pickle's arrays.
    private static let maximumNesting = 8

    /// Why a pickle cannot be followed.
    struct Unreadable: Error, Equatable {
        let offset: Int
        let reason: String
    }

    /// A global that is named, as `module name`.
    struct Global: Hashable {
        let module: String
        let name: String
    }

    /// What a stack entry is, as far as it matters.
    private indirect enum Value {
        case mark
        case opaque
        case text(String)
        case integer(Int)
        case tuple([Value], depth: Int)
        case global(Global)
        case object(Global, [Value])
        case dictionary(Members)
    }

    /// A dictionary under construction; only plain values are kept, so nothing can hold itself.
    private final class Members {
        var items: [String: Value] = [:]
    }

    private let bytes: UnsafeRawBufferPointer
    private(set) var offset: Int
    private(set) var globals: Set<Global> = []
    /// Globals whose names cannot be told, by reason.
    private(set) var hidden: Set<String> = []
    private var stack: [Value] = []
    private var memo: [Int: Value] = [:]
    private let nesting: Int

    init(_ bytes: UnsafeRawBufferPointer, at offset: Int = 0, nesting: Int = 0) {
        self.bytes = bytes
        self.offset = offset
        self.nesting = nesting
    }

    /// Follows one pickle to its end.
    mutating func walk() throws(Unreadable) {
        stack = []
        memo = [:]
        for _ in 0..<Self.maximumSteps {
            let opcode = try byte()
            if opcode == UInt8(ascii: ".") { return }
            try step(opcode)
            if stack.count > Self.maximumStack { throw failure("too many values wait on its stack") }
        }
        throw failure("it has too many opcodes")
    }

    private mutating func step(_ opcode: UInt8) throws(Unreadable) {
        switch opcode {
        case 0x80: _ = try byte()
        case 0x95: try skip(8)
        case UInt8(ascii: "("): stack.append(.mark)
        case UInt8(ascii: "0"): _ = pop()
        case UInt8(ascii: "1"): _ = popToMark()
        case UInt8(ascii: "2"): stack.append(stack.last ?? .opaque)
        case UInt8(ascii: "N"), 0x88, 0x89, UInt8(ascii: "]"), UInt8(ascii: "l"), 0x8f, 0x97:
            if opcode == UInt8(ascii: "l") { _ = popToMark() }
            stack.append(.opaque)
        case 0x98: break
        case UInt8(ascii: "}"): stack.append(.dictionary(Members()))
        case UInt8(ascii: "I"), UInt8(ascii: "L"):
            stack.append(Int(try line().filter { $0 != "L" }).map(Value.integer) ?? .opaque)
        case UInt8(ascii: "F"): try pushOpaque { walker throws(Unreadable) in _ = try walker.line() }
        case UInt8(ascii: "J"): stack.append(.integer(Int(Int32(truncatingIfNeeded: try number(4)))))
        case UInt8(ascii: "K"): stack.append(.integer(try number(1)))
        case UInt8(ascii: "M"): stack.append(.integer(try number(2)))
        case UInt8(ascii: "G"): try pushOpaque { walker throws(Unreadable) in try walker.skip(8) }
        case 0x8a, 0x8b: try long(opcode == 0x8a ? 1 : 4)
        case UInt8(ascii: "S"), UInt8(ascii: "V"): stack.append(.text(Self.unquoted(try line())))
        case UInt8(ascii: "U"), 0x8c: stack.append(.text(try text(number(1))))
        case UInt8(ascii: "T"), UInt8(ascii: "X"): stack.append(.text(try text(number(4))))
        case 0x8d: stack.append(.text(try text(number(8))))
        case UInt8(ascii: "C"): try skipBlock(1)
        case UInt8(ascii: "B"): try skipBlock(4)
        case 0x8e, 0x96: try skipBlock(8)
        case UInt8(ascii: "P"): try pushOpaque { walker throws(Unreadable) in _ = try walker.line() }
        case UInt8(ascii: "Q"):
            _ = pop()
            stack.append(.opaque)
        default: try stepBuilding(opcode)
        }
    }

    private mutating func stepBuilding(_ opcode: UInt8) throws(Unreadable) {
        switch opcode {
        case UInt8(ascii: ")"): stack.append(.tuple([], depth: 0))
        case UInt8(ascii: "t"): stack.append(Self.tuple(popToMark()))
        case 0x85, 0x86, 0x87:
            let values = (0..<Int(opcode - 0x84)).map { _ in pop() }
            stack.append(Self.tuple(values.reversed()))
        case UInt8(ascii: "a"), UInt8(ascii: "e"), 0x90:
            if opcode == UInt8(ascii: "a") { _ = pop() } else { _ = popToMark() }
        case 0x91:
            _ = popToMark()
            stack.append(.opaque)
        case UInt8(ascii: "d"):
            let members = Members()
            Self.put(popToMark(), in: members)
            stack.append(.dictionary(members))
        case UInt8(ascii: "s"):
            let value = pop()
            let key = pop()
            if case .dictionary(let members)? = stack.last { Self.put([key, value], in: members) }
        case UInt8(ascii: "u"):
            let items = popToMark()
            if case .dictionary(let members)? = stack.last { Self.put(items, in: members) }
        case UInt8(ascii: "p"): memo[Int(try line()) ?? -1] = stack.last ?? .opaque
        case UInt8(ascii: "q"): memo[try number(1)] = stack.last ?? .opaque
        case UInt8(ascii: "r"): memo[try number(4)] = stack.last ?? .opaque
        case 0x94: memo[memo.count] = stack.last ?? .opaque
        case UInt8(ascii: "g"): stack.append(memo[Int(try line()) ?? -1] ?? .opaque)
        case UInt8(ascii: "h"): stack.append(memo[try number(1)] ?? .opaque)
        case UInt8(ascii: "j"): stack.append(memo[try number(4)] ?? .opaque)
        default: try stepCalling(opcode)
        }
    }

    private mutating func stepCalling(_ opcode: UInt8) throws(Unreadable) {
        switch opcode {
        case UInt8(ascii: "c"):
            let module = try line()
            stack.append(.global(name(module, try line())))
        case UInt8(ascii: "i"):
            let module = try line()
            let global = name(module, try line())
            stack.append(.object(global, Self.plain(popToMark())))
        case 0x93:
            let last = pop()
            let first = pop()
            if case .text(let module) = first, case .text(let text) = last {
                stack.append(.global(name(module, text)))
            } else {
                hidden.insert("a global whose name is computed")
                stack.append(.opaque)
            }
        case 0x82, 0x83, 0x84:
            try skip(opcode == 0x82 ? 1 : opcode == 0x83 ? 2 : 4)
            hidden.insert("an entry of the extension registry")
            stack.append(.opaque)
        case UInt8(ascii: "R"), 0x81:
            let arguments = pop()
            push(calling: pop(), arguments)
        case 0x92:
            _ = pop()
            let arguments = pop()
            push(calling: pop(), arguments)
        case UInt8(ascii: "o"):
            let values = popToMark()
            push(calling: values.first ?? .opaque, Self.tuple(Array(values.dropFirst())))
        case UInt8(ascii: "b"):
            let state = pop()
            if case .object(let global, _)? = stack.last, global == Self.arrayWrapper { try skipArray(state) }
        default:
            throw Unreadable(offset: offset - 1, reason: "byte \(opcode) is no opcode")
        }
    }

    // MARK: joblib's arrays, whose bytes stand in the middle of a pickle

    private static let arrayWrapper = Global(module: "joblib.numpy_pickle", name: "NumpyArrayWrapper")

    private mutating func skipArray(_ state: Value) throws(Unreadable) {
        guard case .dictionary(let members) = state, case .object(_, let arguments)? = members.items["dtype"],
            case .text(let type)? = arguments.first, case .tuple(let shape, _)? = members.items["shape"]
        else { throw failure("an array is described in a way that cannot be read") }
        if type.hasPrefix("O") {
            guard nesting < Self.maximumNesting else { throw failure("pickles are nested too deeply") }
            var inner = PickleWalker(bytes, at: offset, nesting: nesting + 1)
            defer { globals.formUnion(inner.globals) }
            try inner.walk()
            hidden.formUnion(inner.hidden)
            offset = inner.offset
            return
        }
        guard let digits = Int(type.drop { !$0.isNumber }), digits > 0 else {
            throw failure("an array's type is unknown")
        }
        var size = type.hasPrefix("U") ? digits * 4 : digits
        for entry in shape {
            guard case .integer(let length) = entry, length >= 0 else { throw failure("an array's shape is unknown") }
            let (product, isTooLarge) = size.multipliedReportingOverflow(by: length)
            if isTooLarge { throw failure("an array is too large") }
            size = product
        }
        if case .integer? = members.items["numpy_array_alignment_bytes"] { try skip(try number(1)) }
        try skip(size)
    }

    // MARK: the machine

    private mutating func pop() -> Value { stack.popLast() ?? .opaque }

    private mutating func popToMark() -> [Value] {
        var values: [Value] = []
        while let value = stack.popLast() {
            if case .mark = value { break }
            values.append(value)
        }
        return values.reversed()
    }

    private mutating func push(calling callee: Value, _ arguments: Value) {
        guard case .global(let global) = callee else { return stack.append(.opaque) }
        if case .tuple(let values, _) = arguments {
            stack.append(.object(global, Self.plain(values)))
        } else {
            stack.append(.object(global, []))
        }
    }

    private mutating func pushOpaque(_ read: (inout PickleWalker) throws(Unreadable) -> Void) throws(Unreadable) {
        try read(&self)
        stack.append(.opaque)
    }

    private mutating func name(_ module: String, _ name: String) -> Global {
        let global = Global(module: String(module.prefix(200)), name: String(name.prefix(200)))
        globals.insert(global)
        return global
    }

    private static func put(_ items: [Value], in members: Members) {
        for index in stride(from: 0, to: items.count - 1, by: 2) {
            guard case .text(let key) = items[index], members.items.count < 1000 else { continue }
            members.items[key] = plain([items[index + 1]])[0]
        }
    }

    /// Values without dictionaries and without what is nested deeply: nothing refers to itself, and nothing is released in
    /// a recursion that is as deep as the file says.
    private static func plain(_ values: [Value]) -> [Value] {
        values.prefix(64).map { value in
            switch value {
            case .dictionary, .mark: .opaque
            case .object(let global, let arguments): .object(global, arguments.map(leaf))
            default: value
            }
        }
    }

    private static func leaf(_ value: Value) -> Value {
        switch value {
        case .text, .integer, .global: value
        default: .opaque
        }
    }

    private static func tuple(_ values: [Value]) -> Value {
        let values = plain(values)
        let depth = values.reduce(0) { deepest, value in
            if case .tuple(_, let depth) = value { max(deepest, depth) } else { deepest }
        }
        return depth >= maximumDepth ? .opaque : .tuple(values, depth: depth + 1)
    }

    // MARK: bytes

    private func failure(_ reason: String) -> Unreadable { Unreadable(offset: offset, reason: reason) }

    private mutating func byte() throws(Unreadable) -> UInt8 {
        guard offset < bytes.count else { throw failure("it ends in the middle") }
        defer { offset += 1 }
        return bytes[offset]
    }

    /// A little-endian number of 1 to 8 bytes.
    private mutating func number(_ count: Int) throws(Unreadable) -> Int {
        var value: UInt64 = 0
        for shift in 0..<count { value |= UInt64(try byte()) << UInt64(8 * shift) }
        guard let number = Int(exactly: value) else { throw failure("a length is too large") }
        return number
    }

    private mutating func skip(_ count: Int) throws(Unreadable) {
        guard count >= 0, count <= bytes.count - offset else { throw failure("it ends in the middle") }
        offset += count
    }

    private mutating func skipBlock(_ lengthBytes: Int) throws(Unreadable) {
        try skip(try number(lengthBytes))
        stack.append(.opaque)
    }

    private mutating func long(_ lengthBytes: Int) throws(Unreadable) {
        let count = try number(lengthBytes)
        guard (0...7).contains(count) else {
            try skip(count)
            return stack.append(.opaque)
        }
        stack.append(.integer(try number(count)))
    }

    private mutating func text(_ count: Int) throws(Unreadable) -> String {
        let start = offset
        try skip(count)
        // Names are short; a long text is data, of which only the beginning is kept.
        return String(decoding: bytes[start..<start + min(count, 4096)], as: UTF8.self)
    }

    private mutating func line() throws(Unreadable) -> String {
        let start = offset
        while try byte() != 10 {}
        return String(decoding: bytes[start..<min(offset - 1, start + 4096)], as: UTF8.self)
    }

    private static func unquoted(_ text: String) -> String {
        guard text.count >= 2, let first = text.first, first == text.last, first == "'" || first == "\"" else {
            return text
        }
        return String(text.dropFirst().dropLast())
    }
}
