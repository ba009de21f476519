/// Finds the external-data paths of an ONNX model (`onnx.proto`), reading the protobuf wire format without decoding tensors.
struct OnnxLocations {
    /// Messages within messages.
    private static let maximumDepth = 64
    /// The most locations that are kept.
    private static let maximumLocations = 100_000

    struct Malformed: Error {}

    private enum Message {
        case model, training, function, graph, node, attribute, sparse, tensor, entry

        /// The message in a field, for the fields that lead to tensors.
        func inner(_ field: Int) -> Message? {
            switch (self, field) {
            case (.model, 7), (.training, 1), (.training, 2), (.attribute, 6), (.attribute, 11): .graph
            case (.model, 20): .training
            case (.model, 25): .function
            case (.graph, 1), (.function, 7): .node
            case (.graph, 5), (.attribute, 5), (.attribute, 10), (.sparse, 1), (.sparse, 2): .tensor
            case (.graph, 15), (.attribute, 22), (.attribute, 23): .sparse
            case (.node, 5): .attribute
            case (.tensor, 13): .entry
            default: nil
            }
        }
    }

    private let bytes: UnsafeRawBufferPointer
    private(set) var locations: [String] = []

    init(_ bytes: UnsafeRawBufferPointer) throws {
        self.bytes = bytes
        try read(.model, 0..<bytes.count, depth: 0)
    }

    /// Whether a location leaves the folder of the model.
    static func escapes(_ location: String) -> Bool {
        let parts = location.split(omittingEmptySubsequences: false) { $0 == "/" || $0 == "\\" }
        return location.isEmpty || parts.first == "" || parts.contains("..") || location.utf8.contains(0)
            || location.contains(":")
    }

    private mutating func read(_ message: Message, _ range: Range<Int>, depth: Int) throws {
        guard depth < Self.maximumDepth else { throw Malformed() }
        var offset = range.lowerBound
        var key = ""
        var value = ""
        while offset < range.upperBound {
            let tag = try varint(&offset, range.upperBound)
            let field = Int(tag >> 3)
            switch tag & 7 {
            case 0: _ = try varint(&offset, range.upperBound)
            case 1: offset += 8
            case 5: offset += 4
            case 2:
                let length = try varint(&offset, range.upperBound)
                guard length <= UInt64(range.upperBound - offset) else { throw Malformed() }
                let body = offset..<(offset + Int(length))
                if let inner = message.inner(field) {
                    try read(inner, body, depth: depth + 1)
                } else if message == .entry, field == 1 || field == 2 {
                    let text = String(decoding: bytes[body.prefix(4096)], as: UTF8.self)
                    if field == 1 { key = text } else { value = text }
                }
                offset = body.upperBound
            default: throw Malformed()
            }
            guard offset <= range.upperBound else { throw Malformed() }
        }
        if message == .entry, key == "location", locations.count < Self.maximumLocations { locations.append(value) }
    }

    private func varint(_ offset: inout Int, _ end: Int) throws -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            guard offset < end else { throw Malformed() }
            let byte = bytes[offset]
            offset += 1
            value |= UInt64(byte & 0x7f) << shift
            if byte & 0x80 == 0 { return value }
        }
        throw Malformed()
    }
}
