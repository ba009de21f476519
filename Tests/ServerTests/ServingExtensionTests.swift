import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Primitives
import Server
import Storage
import Testing

/// The extensions of the Open Inference Protocol: binary tensors, compression, classification, repository, statistics.
struct ServingExtensionTests {
    private static let infer = "/v2/models/intent/infer"
    private static let plain = #"{"inputs":[{"name":"text","shape":[1],"datatype":"BYTES","data":["turn on"]}]}"#

    private static func header(_ name: String, _ value: String) throws -> HTTPFields {
        [try #require(HTTPField.Name(name)): value]
    }

    @Test func `Tensors go in and come out as bytes behind the JSON`() async throws {
        try await ServingFixture.run { fixture in
            func input(_ name: String) -> String {
                """
                {"name":"\(name)","shape":[1,3],"datatype":"INT64","parameters":{"binary_data_size":24}}
                """
            }
            let json =
                #"{"id":"7","parameters":{"binary_data_output":true},"inputs":[\#(input("input_ids")),\#(input("attention_mask"))]}"#
            var body = Array(json.utf8)
            for values: [Int64] in [[2, 10, 3], [1, 1, 1]] { values.withUnsafeBytes { body += $0 } }
            let length = try Self.header("Inference-Header-Content-Length", "\(json.utf8.count)")
            let reply = try await fixture.client.execute(
                uri: Self.infer,
                method: .post,
                headers: length,
                body: ByteBuffer(bytes: body)
            )
            #expect(reply.status == .ok)
            let name = try #require(HTTPField.Name("Inference-Header-Content-Length"))
            let split = try #require(reply.headers[name].flatMap(Int.init))
            let bytes = Array(reply.body.readableBytesView)
            let head = try JSONDecoder().decode(JSONValue.self, from: Data(bytes[..<split]))
            #expect(head["id"] == "7")
            let output = head["outputs"]?.arrayValue?.first
            #expect(output?["shape"] == [1, 3] && output?["parameters"]?["binary_data_size"] == 12)
            #expect(output?["data"] == nil && bytes.count == split + 12)
            let short = try await fixture.post(Self.infer, bytes: Array(body.dropLast()), headers: length)
            #expect(short.status == 400)
            let long = try await fixture.post(Self.infer, bytes: body + [0], headers: length)
            #expect(long.status == 400)
        }
    }

    @Test func `A compressed body is unpacked up to a bound`() async throws {
        try await ServingFixture.run { fixture in
            // One stored block of DEFLATE, between a gzip header and its trailer, or bare.
            let text = Array(Self.plain.utf8)
            let size = UInt16(text.count)
            let stored: [UInt8] =
                [1, UInt8(size & 255), UInt8(size >> 8), UInt8(~size & 255), UInt8(~size >> 8)] + text
            let bare = try await fixture.post(
                Self.infer,
                bytes: stored,
                headers: Self.header("Content-Encoding", "deflate")
            )
            #expect(bare.status == 200)
            for (encoding, bytes) in [("gzip", stored), ("br", text), ("gzip", [])] {
                let reply = try await fixture.post(
                    Self.infer,
                    bytes: bytes,
                    headers: Self.header("Content-Encoding", encoding)
                )
                #expect(reply.status == 400 && reply.json["error"] != nil, "\(encoding)")
            }
            // 20 MiB of zeros: fixed codes, one literal, then matches of length 258 (0xC5 = code 285) at distance 1.
            var bits: [UInt8] = [1, 1, 0]
            func append(_ value: Int, _ count: Int) {
                for bit in stride(from: count - 1, through: 0, by: -1) { bits.append(UInt8(value >> bit & 1)) }
            }
            append(0x30, 8)
            for _ in 0..<(20 << 20) / 258 {
                append(0xC5, 8)
                append(0, 5)
            }
            append(0, 7)
            var bomb = [UInt8](repeating: 0, count: (bits.count + 7) / 8)
            for (index, bit) in bits.enumerated() { bomb[index / 8] |= bit << UInt8(index % 8) }
            let reply = try await fixture.post(
                Self.infer,
                bytes: bomb,
                headers: Self.header("Content-Encoding", "deflate")
            )
            #expect(reply.status == 413 && reply.json["error"]?.stringValue?.contains("unpacks") == true)
        }
    }

    @Test func `The best classes instead of an output`() async throws {
        try await ServingFixture.run { fixture in
            let body = """
                {"inputs": [{"name": "input_ids", "shape": [1, 3], "datatype": "INT64", "data": [2, 10, 3]},
                            {"name": "attention_mask", "shape": [1, 3], "datatype": "INT64", "data": [1, 1, 1]}],
                 "outputs": [{"name": "logits", "parameters": {"classification": 2}}]}
                """
            let reply = try await fixture.post(Self.infer, body)
            #expect(reply.status == 200)
            let output = reply.json["outputs"]?.arrayValue?.first
            #expect(output?["datatype"] == "BYTES" && output?["shape"] == [1, 2])
            let values = output?["data"]?.arrayValue?.compactMap { item in
                item.stringValue.flatMap { Float($0.split(separator: ":")[0]) }
            }
            #expect(values?.count == 2 && (values?[0] ?? 0) >= (values?[1] ?? 1))
            let text = Self.plain.dropLast() + #","outputs":[{"name":"label","parameters":{"classification":1}}]}"#
            #expect(try await fixture.post(Self.infer, String(text)).status == 400)
        }
    }

    @Test func `Models are listed, unloaded and loaded by name`() async throws {
        try await ServingFixture.run { fixture in
            let index = "/v2/repository/index"
            let row: JSONValue = ["name": "intent", "version": "1", "state": "READY", "reason": ""]
            #expect(try await fixture.post(index, "").json == [row])
            #expect(try await fixture.post("/v2/repository/models/other/load", "").status == 404)
            let override = #"{"parameters": {"config": "{}"}}"#
            #expect(try await fixture.post("/v2/repository/models/intent/load", override).status == 400)
            #expect(try await fixture.post("/v2/repository/models/intent/unload", "").status == 200)
            #expect(try await fixture.get("/v2/models/intent/ready").status == 503)
            #expect(try await fixture.get("/v2/health/ready").status == 200)
            #expect(try await fixture.post(Self.infer, Self.plain).status == 503)
            #expect(try await fixture.post(index, #"{"ready": true}"#).json == [])
            #expect(try await fixture.post(index, "{}").json.arrayValue?.first?["state"] == "UNAVAILABLE")
            #expect(try await fixture.post("/v2/repository/models/intent/load", "{}").status == 200)
            #expect(try await fixture.post(Self.infer, Self.plain).status == 200)
            let kinds = try await fixture.platform.journal.latest(limit: 2, kindPrefix: "endpoint.", subject: nil).map(
                \.event.kind
            )
            #expect(kinds == ["endpoint.swapped", "endpoint.unloaded"])
        }
    }

    @Test func `Statistics, configuration, extensions, and the parameters of the schedule`() async throws {
        try await ServingFixture.run { fixture in
            let extensions = try await fixture.get("/v2").json["extensions"]?.arrayValue ?? []
            #expect(extensions.contains("binary_tensor_data") && extensions.contains("model_repository"))
            #expect(try await fixture.post(Self.infer, Self.plain).status == 200)
            #expect(try await fixture.post(Self.infer, Self.plain.replacing("turn on", with: "")).status == 400)
            for path in ["/v2/models/stats", "/v2/models/intent/stats", "/v2/models/intent/versions/1/stats"] {
                let row = try await fixture.get(path).json["model_stats"]?.arrayValue?.first
                #expect(row?["inference_count"] == 1 && row?["inference_stats"]?["success"]?["count"] == 1)
                #expect(row?["inference_stats"]?["fail"]?["count"] == 1)
            }
            let configuration = try await fixture.get("/v2/models/intent/config").json
            #expect(configuration["name"] == "intent" && configuration["max_batch_size"] == 0)
            #expect(configuration["input"] == [["name": "text", "data_type": "TYPE_STRING", "dims": [-1]]])
            for (parameters, status) in [
                (#"{"priority": 1, "timeout": 60000000}"#, 200), (#"{"timeout": 0}"#, 200), (#"{"timeout": 1}"#, 504),
                (#"{"timeout": -1}"#, 400), (#"{"priority": "high"}"#, 400),
            ] {
                let body = Self.plain.dropLast() + #","parameters":\#(parameters)}"#
                #expect(try await fixture.post(Self.infer, String(body)).status == status, "\(parameters)")
            }
        }
    }
}
