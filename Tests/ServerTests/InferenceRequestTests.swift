import Foundation
import Primitives
import TestSupport
import Testing
import WireAPI

/// Reading and writing the bodies of `infer`.
struct InferenceRequestTests {
    private static func parse(_ json: String, binary: [UInt8] = [], isSplit: Bool = false) throws -> InferenceRequest {
        try parse(Array(json.utf8) + binary, headerLength: isSplit || !binary.isEmpty ? json.utf8.count : nil)
    }

    private static func parse(_ bytes: [UInt8], headerLength: Int?) throws -> InferenceRequest {
        try bytes.withUnsafeBytes { try InferenceRequest($0, headerLength: headerLength) }
    }

    private static func input(_ type: String, _ shape: String, _ data: String) throws -> Tensor {
        let request = try parse(
            #"{"inputs":[{"name":"x","datatype":"\#(type)","shape":\#(shape),"data":\#(data)}]}"#
        )
        return try #require(request.inputs.first?.tensor)
    }

    @Test func `Members come in any order, unknown ones are passed over`() throws {
        let request = try Self.parse(
            #"""
            {"x": [1, {"y": "]}"}], "outputs": [{"name": "a", "parameters": {"binary_data": true, "classification": 3}}],
             "inputs": [{"data": [[1, 2], [3, 4]], "parameters": {"k": 1}, "shape": [2, 2], "z": null,
                         "datatype": "INT32", "name": "n"}], "parameters": {"priority": 2, "f": 1.5}, "id": "q\u00e9"}
            """#
        )
        #expect(
            request
                == InferenceRequest(
                    id: "qé",
                    parameters: ["priority": 2, "f": 1.5],
                    inputs: [NamedTensor("n", try Tensor(.int32, shape: [2, 2], elements: [Int32(1), 2, 3, 4]))],
                    outputs: [.init(name: "a", isBinary: true, classes: 3)]
                )
        )
    }

    @Test func `Numbers are read to the nearest value of their type`() throws {
        let doubles = [
            "0", "-0.0", "1e22", "1e23", "0.1", "123456789012345678901234567890", "5e-324", "1.7976931348623157e308",
        ]
        #expect(
            try Self.input("FP64", "[8]", "[\(doubles.joined(separator: ","))]").elements(as: Double.self)
                == doubles.map { Double($0) ?? .nan }
        )
        // The last two lie where rounding to a double first would give the wrong float.
        let floats = [
            "0.1", "16777217", "3.4028235e38", "1e-45", "1.00000005960464477540",
            "7.0064923216240853546186479164495806564013097093825788587853e-46",
        ]
        #expect(
            try Self.input("FP32", "[6]", "[\(floats.joined(separator: ","))]").elements(as: Float.self)
                == floats.map { Float($0) ?? .nan }
        )
        let wholes = try Self.input("INT64", "[5]", "[-9223372036854775808, 9223372036854775807, 3.0, 2e3, -0]")
        #expect(wholes.elements(as: Int64.self) == [.min, .max, 3, 2000, 0])
        #expect(try Self.input("UINT64", "[1]", "[18446744073709551615]").elements(as: UInt64.self) == [.max])
        #expect(try Self.input("BOOL", "[3]", "[true, 0, 1]").elements(as: UInt8.self) == [1, 0, 1])
    }

    @Test func `Random doubles and floats come back bit for bit through JSON`() throws {
        var random = SeededGenerator(seed: 7)
        var doubles: [Double] = []
        var floats: [Float] = []
        while doubles.count < 5000 {
            let double = Double(bitPattern: random.next())
            let float = Float(bitPattern: UInt32(truncatingIfNeeded: random.next()))
            if double.isFinite { doubles.append(double) }
            if float.isFinite { floats.append(float) }
        }
        for tensor in [
            try Tensor(.float64, shape: [doubles.count], elements: doubles),
            try Tensor(.float32, shape: [floats.count], elements: floats),
        ] {
            let reply = InferenceReply(
                modelName: "m",
                modelVersion: "1",
                id: "i",
                predictionID: "p",
                outputs: [.init(NamedTensor("x", tensor), isBinary: false)]
            )
            let text = String(decoding: try reply.encode().bytes, as: UTF8.self)
            let data = text[try #require(text.range(of: #""data":"#)).upperBound...].dropLast(3)
            #expect(try Self.input(tensor.type.rawValue, "\(tensor.shape)", String(data)) == tensor)
        }
    }

    @Test func `Every type goes through the binary form and back`() throws {
        for type in TensorType.allCases {
            let tensor: Tensor =
                if let width = type.width {
                    try Tensor(type, shape: [2, 1], storage: .numbers([UInt8](repeating: 1, count: 2 * width)))
                } else {
                    try Tensor(type, shape: [2], storage: .strings([[0, 255], []]))
                }
            let bytes = tensor.wireBytes
            let request = try Self.parse(
                """
                {"inputs":[{"name":"x","datatype":"\(type.rawValue)","shape":\(tensor.shape),
                            "parameters":{"binary_data_size":\(bytes.count)}}]}
                """,
                binary: bytes
            )
            #expect(request.inputs == [NamedTensor("x", tensor)])
        }
        let empty = try Self.parse(
            #"{"inputs":[{"name":"x","datatype":"FP16","shape":[0,3],"parameters":{"binary_data_size":0}}]}"#,
            isSplit: true
        )
        #expect(empty.inputs.first?.tensor.count == 0)
    }

    @Test func `Wrong bodies are refused with the code that says why`() throws {
        func code(_ body: () throws -> some Any) -> String {
            do {
                _ = try body()
                return "taken"
            } catch {
                return (error as? PlatformError)?.code.name ?? "\(error)"
            }
        }
        let rows: [(String, String)] = [
            ("", "invalid_json"), ("[]", "invalid_json"), ("{", "invalid_json"), ("{}x", "invalid_json"),
            ("{}", "invalid_argument"), (#"{"inputs":[1]}"#, "invalid_argument"),
            (#"{"inputs":[{"name":"x","datatype":"FP32","shape":[1]}]}"#, "tensor_mismatch"),
            (#"{"id":"\ud800"}"#, "invalid_json"), (#"{"id":"\q"}"#, "invalid_json"),
            ("{\"a\":\"\n\"}", "invalid_json"),
            ("{\"a\":" + String(repeating: "[", count: 5000), "invalid_json"),
        ]
        for (json, expected) in rows { #expect(code { try Self.parse(json) } == expected, "\(json.prefix(40))") }
        let tensors: [(String, String, String, String)] = [
            ("INT8", "[1]", "[128]", "tensor_mismatch"), ("FP32", "[1]", "[1e39]", "tensor_mismatch"),
            ("FP64", "[1]", "[1e309]", "invalid_json"), ("FP64", "[1]", "[NaN]", "tensor_mismatch"),
            ("FP64", "[1]", "[01]", "invalid_json"), ("FP64", "[1]", "[1.]", "invalid_json"),
            ("FP64", "[1]", "[1,]", "invalid_json"), ("FP64", "[2]", "[1]", "tensor_shape"),
            ("FP64", "[1]", "[1,2]", "tensor_shape"), ("FP64", "[-1]", "[1]", "tensor_shape"),
            ("FP64", "[99999999]", "[1]", "tensor_too_large"), ("FP16", "[1]", "[1]", "tensor_mismatch"),
            ("FP64", "[1]", "7", "tensor_mismatch"), ("FP64", "[0]", "[[[],]]", "invalid_json"),
        ]
        for (type, shape, data, expected) in tensors {
            #expect(code { try Self.input(type, shape, data) } == expected, "\(type) \(shape) \(data)")
        }
        let four = #"{"inputs":[{"name":"x","datatype":"FP32","shape":[1],"parameters":{"binary_data_size":4}}]}"#
        #expect(code { try Self.parse(four, binary: [0, 0, 0]) } == "tensor_mismatch")
        #expect(code { try Self.parse(four, binary: [0, 0, 0, 0, 0]) } == "invalid_argument")
        #expect(code { try Self.parse(Array(four.utf8), headerLength: 1000) } == "invalid_argument")
        let strings = #"{"inputs":[{"name":"x","datatype":"BYTES","shape":[1],"parameters":{"binary_data_size":5}}]}"#
        #expect(code { try Self.parse(strings, binary: [9, 0, 0, 0, 65]) } == "tensor_mismatch")
    }

    @Test func `Mutated bodies are read or refused, and never anything else`() throws {
        var random = SeededGenerator(seed: UInt64(ProcessInfo.processInfo.environment["AKU_FUZZ_SEED"] ?? "1") ?? 1)
        let rounds = Int(ProcessInfo.processInfo.environment["AKU_FUZZ_ROUNDS"] ?? "20000") ?? 20000
        let seeds = [
            #"{"id":"a","inputs":[{"name":"x","shape":[2,2],"datatype":"FP32","data":[[1.5,-2e3],[0.1,4]]}]}"#,
            #"{"inputs":[{"data":["a\u00e9\n","b"],"name":"t","shape":[2],"datatype":"BYTES"}],"outputs":[{"name":"o"}]}"#,
            #"{"inputs":[{"name":"x","shape":[4],"datatype":"BYTES","parameters":{"binary_data_size":20}}]}"#
                + "\u{1}\0\0\0a\0\0\0\0\u{2}\0\0\0bc\u{1}\0\0\0d",
            #"{"parameters":{"binary_data_output":true,"timeout":1e3},"inputs":[{"name":"i","shape":[3],"datatype":"INT64","data":[1,-2,3]}]}"#,
        ].map { Array($0.utf8) }
        let pieces = [
            #"""#, "[", "]", "{", "}", ",", ":", "\\u", "1e999999", "-", "null", "true", "99999999999999999999",
        ]
        for _ in 0..<rounds {
            var body = seeds[random.below(seeds.count)]
            for _ in 0...random.below(4) {
                let place = random.below(body.count + 1)
                switch random.below(4) {
                case 0 where place < body.count: body[place] = UInt8(truncatingIfNeeded: random.next())
                case 1: body.insert(contentsOf: pieces[random.below(pieces.count)].utf8, at: place)
                case 2: body.removeSubrange(place..<min(body.count, place + random.below(9)))
                default: body.insert(contentsOf: body[..<min(place, 40)], at: place)
                }
            }
            let length: Int? = random.below(3) == 0 ? nil : random.below(body.count + 2)
            do {
                let request = try Self.parse(body, headerLength: length)
                #expect(request.inputs.allSatisfy { $0.tensor.count <= body.count })
            } catch is PlatformError {
                continue
            }
        }
    }
}

extension SeededGenerator {
    fileprivate mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(max(1, bound))) }
}
