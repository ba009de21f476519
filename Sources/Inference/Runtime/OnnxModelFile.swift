import Foundation
import Primitives

/// Looks into an ONNX file (a protocol buffer, onnx.proto) without loading it, as far as safety needs: no tensor may keep
/// its elements in another file, since that path is the file's to choose.
struct OnnxModelFile {
    private let data: Data
    private let name: String

    init(_ data: Data, name: String) {
        self.data = data
        self.name = name
    }

    /// - Throws: `model_external_data`, or `model_corrupt` for bytes that are no protocol buffer.
    func refuseExternalData() throws {
        try data.withUnsafeBytes { bytes in
            if bytes.isEmpty { throw corrupt("it is empty") }
            try visit(bytes, .model, depth: 0)
        }
    }

    /// The messages on the way to tensors, and which field leads to which.
    private enum Message {
        case model, graph, node, attribute, function, tensor, sparse

        func child(_ field: UInt64) -> Message? {
            switch (self, field) {
            case (.model, 7), (.attribute, 6), (.attribute, 11): .graph
            case (.model, 25): .function
            case (.graph, 1), (.function, 7): .node
            case (.graph, 5), (.attribute, 5), (.attribute, 10), (.sparse, 1), (.sparse, 2): .tensor
            case (.graph, 15), (.attribute, 22), (.attribute, 23): .sparse
            case (.node, 5), (.function, 11): .attribute
            default: nil
            }
        }
    }

    /// Graphs inside graphs, at most.
    private static let maximumDepth = 64

    private func visit(_ bytes: UnsafeRawBufferPointer, _ message: Message, depth: Int) throws {
        if depth > Self.maximumDepth { throw corrupt("its graphs are nested more than \(Self.maximumDepth) deep") }
        var index = 0
        while index < bytes.count {
            let key = try varint(bytes, &index)
            switch key & 7 {
            case 0:
                let value = try varint(bytes, &index)
                if message == .tensor, key >> 3 == 14, value == 1 { throw external() }
            case 1: index += 8
            case 5: index += 4
            case 2:
                let length = try varint(bytes, &index)
                guard length <= UInt64(bytes.count - index) else { throw corrupt("a field is longer than the file") }
                let end = index + Int(length)
                if message == .tensor, key >> 3 == 13 { throw external() }
                if let child = message.child(key >> 3) {
                    try visit(UnsafeRawBufferPointer(rebasing: bytes[index..<end]), child, depth: depth + 1)
                }
                index = end
            default: throw corrupt("it is no protocol buffer")
            }
            if index > bytes.count { throw corrupt("it is cut short") }
        }
    }

    private func varint(_ bytes: UnsafeRawBufferPointer, _ index: inout Int) throws -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            guard index < bytes.count else { throw corrupt("it is cut short") }
            let byte = bytes[index]
            index += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
        }
        throw corrupt("it is no protocol buffer")
    }

    private func corrupt(_ reason: String) -> PlatformError {
        PlatformError(
            .modelCorrupt,
            "The model '\(name)' is no ONNX file: \(reason).",
            nextStep: "Export it again and check it with onnx.checker.",
            context: ["model": name]
        )
    }

    private func external() -> PlatformError {
        PlatformError(
            .modelExternalData,
            "The model '\(name)' keeps tensors outside its own file.",
            nextStep: "Save it with its weights inside: onnx.save_model(model, path, save_as_external_data=False).",
            context: ["model": name]
        )
    }
}
