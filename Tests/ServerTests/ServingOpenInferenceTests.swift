import Foundation
import HTTPTypes
import Primitives
import Testing

/// The column "ours should" of the protocol survey: what Triton, KServe and MLServer answer in several ways has one answer.
struct ServingOpenInferenceTests {
    private static let infer = "/v2/models/intent/infer"

    private static func text(_ data: String, shape: String = "[2]", datatype: String = "BYTES", more: String = "")
        -> String
    {
        #"{"inputs": [{"name": "text", "shape": \#(shape), "datatype": "\#(datatype)", "data": \#(data)}]\#(more)}"#
    }

    @Test func `Health and metadata`() async throws {
        try await ServingFixture.run { fixture in
            #expect(try await fixture.get("/v2").json["name"] == "aku")
            #expect(try await fixture.get("/v2/").status == 200)
            #expect(try await fixture.get("/v2/health/live").json == ["live": true])
            #expect(try await fixture.get("/v2/health/ready").json == ["ready": true])
            for path in ["/v2/models/intent/ready", "/v2/models/intent/versions/1/ready"] {
                #expect(try await fixture.get(path).json == ["name": "intent", "ready": true])
            }
            for path in ["/v2/models/intent", "/v2/models/intent/versions/1"] {
                let model = try await fixture.get(path).json
                #expect(model["name"] == "intent" && model["versions"] == ["1"] && model["platform"] == "onnx_onnxv1")
                #expect(model["inputs"] == [["name": "text", "datatype": "BYTES", "shape": [-1]]])
                #expect(model["parameters"]?["batch_invariant"] == true)
            }
        }
    }

    @Test func `Texts go in as BYTES and labels come out, the id echoed`() async throws {
        try await ServingFixture.run { fixture in
            let body = Self.text(#"["turn on", "rain"]"#, more: #", "id": "abc""#)
            for path in [Self.infer, "/v2/models/intent/versions/1/infer"] {
                let reply = try await fixture.post(path, body)
                #expect(reply.status == 200)
                #expect(reply.json["id"] == "abc" && reply.json["model_name"] == "intent")
                #expect(reply.json["model_version"] == "1")
                let label = reply.json["outputs"]?.arrayValue?.first
                #expect(label == ["name": "label", "datatype": "BYTES", "shape": [2], "data": ["TurnOn", "Weather"]])
                let ids = reply.json["parameters"]?["prediction_id"]?.stringValue ?? ""
                #expect(ids.split(separator: ",").count == 2)
            }
            let column = Self.text(
                #"[["turn on"], ["rain"]]"#,
                shape: "[2, 1]",
                more: #", "outputs": [{"name": "score"}]"#
            )
            let reply = try await fixture.post(Self.infer, column)
            #expect(reply.json["outputs"]?.arrayValue?.count == 1)
            #expect(reply.json["outputs"]?.arrayValue?.first?["shape"] == [2, 1])
        }
    }

    @Test func `The model's own tensors go in as they are, flat or nested`() async throws {
        try await ServingFixture.run { fixture in
            func body(_ ids: String) -> String {
                """
                {"inputs": [{"name": "input_ids", "shape": [1, 3], "datatype": "INT64", "data": \(ids)},
                            {"name": "attention_mask", "shape": [1, 3], "datatype": "INT64", "data": [1, 1, 1]}]}
                """
            }
            let flat = try await fixture.post(Self.infer, body("[2, 10, 3]"))
            let nested = try await fixture.post(Self.infer, body("[[2, 10, 3]]"))
            #expect(flat.status == 200)
            #expect(flat.json["outputs"] == nested.json["outputs"])
            #expect(flat.json["outputs"]?.arrayValue?.first?["shape"] == [1, 3])
        }
    }

    @Test func `Every wrong request is a 4xx with a JSON error`() async throws {
        try await ServingFixture.run { fixture in
            let good = Self.text(#"["turn on", "rain"]"#)
            let tensor = { (name: String, type: String, shape: String, data: String) in
                """
                {"inputs": [{"name": "\(name)", "shape": \(shape), "datatype": "\(type)", "data": \(data)},
                            {"name": "attention_mask", "shape": [1, 1], "datatype": "INT64", "data": [1]}]}
                """
            }
            let deep = String(repeating: "[", count: 2000) + String(repeating: "]", count: 2000)
            let rows: [(String, String, String, Int)] = [
                ("unknown model", "/v2/models/other/infer", good, 404),
                ("unknown version", "/v2/models/intent/versions/9/infer", good, 404),
                ("bad JSON", Self.infer, "{", 400),
                ("no inputs", Self.infer, "{}", 400),
                (
                    "missing shape", Self.infer, #"{"inputs": [{"name": "text", "datatype": "BYTES", "data": ["a"]}]}"#,
                    400
                ),
                ("empty body", Self.infer, "", 400),
                ("no tensors", Self.infer, #"{"inputs": []}"#, 400),
                ("wrong input name", Self.infer, tensor("ids", "INT64", "[1, 1]", "[1]"), 400),
                ("unknown output", Self.infer, Self.text(#"["a", "b"]"#, more: #", "outputs": [{"name": "z"}]"#), 400),
                ("wrong datatype", Self.infer, tensor("input_ids", "FP32", "[1, 1]", "[1.5]"), 400),
                ("unknown datatype", Self.infer, Self.text(#"["a", "b"]"#, datatype: "TEXT"), 400),
                ("shape and data differ", Self.infer, Self.text(#"["a"]"#), 400),
                ("negative shape", Self.infer, Self.text(#"["a"]"#, shape: "[-1]"), 400),
                ("huge shape", Self.infer, Self.text(#"["a"]"#, shape: "[4611686018427387904, 4]"), 400),
                ("numbers as BYTES", Self.infer, Self.text("[1, 2]"), 400),
                ("mixed data", Self.infer, Self.text(#"["a", 2]"#), 400),
                ("no BOOL", Self.infer, tensor("input_ids", "BOOL", "[1, 1]", "[3]"), 400),
                ("does not fit", Self.infer, tensor("input_ids", "INT8", "[1, 1]", "[300]"), 400),
                ("wrong rank", Self.infer, tensor("input_ids", "INT64", "[1]", "[1]"), 400),
                ("id out of the vocabulary", Self.infer, tensor("input_ids", "INT64", "[1, 1]", "[99999]"), 400),
                ("deep", Self.infer, Self.text(deep), 400),
                ("empty text", Self.infer, Self.text(#"["", "a"]"#), 400),
            ]
            for (name, path, body, status) in rows {
                let reply = try await fixture.post(path, body)
                #expect(reply.status == status, "\(name): \(reply)")
                #expect(reply.json["error"]?.stringValue?.isEmpty == false, "\(name)")
            }
            for path in ["/v2/models/other", "/v2/models/other/ready", "/v2/models/intent/versions/9"] {
                #expect(try await fixture.get(path).status == 404)
            }
            let binary: HTTPFields = [try #require(HTTPField.Name("Inference-Header-Content-Length")): "10"]
            #expect(try await fixture.post(Self.infer, good, headers: binary).status == 400)
            #expect(try await fixture.post(Self.infer, good).status == 200)
        }
    }
}
