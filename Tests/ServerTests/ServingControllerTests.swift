import Client
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Primitives
import Synchronization
import Testing
import WireAPI

/// Set once, read by many.
private final class Flag: Sendable {
    private let value = Mutex(false)
    var isSet: Bool { value.withLock { $0 } }
    func set() { value.withLock { $0 = true } }
}

struct ServingControllerTests {
    @Test func `A text gets its label, with the id and the version in body and headers`() async throws {
        try await ServingFixture.run { fixture in
            for path in ["/api/v1/endpoints/intent/predict", "/endpoints/intent/predict"] {
                // What `curl -d` sends.
                let form: HTTPFields = [.contentType: "application/x-www-form-urlencoded"]
                let body = ByteBuffer(string: #"{"text": "turn on the kitchen light"}"#)
                let reply = try await fixture.client.execute(uri: path, method: .post, headers: form, body: body)
                #expect(reply.status == .ok)
                let answer = try JSONDecoder().decode(PredictionBody.self, from: Data(reply.body.readableBytesView))
                #expect(
                    answer.label == "TurnOn" && answer.model == "intent" && answer.version == 1
                        && answer.variant == "fp32"
                )
                #expect(answer.alternatives.map(\.label) == ["TurnOn", "Weather", "TurnOff"])
                #expect(answer.alternatives.first?.score == answer.score)
                let id = try #require(HTTPField.Name(ServingAPI.predictionHeader))
                let version = try #require(HTTPField.Name(ServingAPI.versionHeader))
                #expect(reply.headers[id] == answer.predictionID)
                #expect(reply.headers[version] == "1")
            }
            let many = try await fixture.aku.send(
                ServingAPI.predict,
                parameters: ["name": "intent"],
                body: PredictBody(texts: ["turn off the radio", "éteins la lampe", "will it rain"])
            )
            #expect(many.predictions.map(\.label) == ["TurnOff", "TurnOff", "Weather"])
            #expect(Set(many.predictions.map(\.predictionID)).count == 3)
        }
    }

    @Test func `Each bad request has its own status and code`() async throws {
        try await ServingFixture.run { fixture in
            let path = "/api/v1/endpoints/intent/predict"
            let long = String(repeating: "a", count: 70_000)
            let many = "[" + Array(repeating: "\"a\"", count: 257).joined(separator: ",") + "]"
            let rows: [(String, [UInt8], Int, String)] = [
                (path, Array(#"{"text": "#.utf8) + [0x22, 0xFF, 0x22, 0x7D], 400, "invalid_utf8"),
                (path, Array(#"{"text": "\ud800"}"#.utf8), 400, "invalid_json"),
                (path, Array("text=on".utf8), 400, "invalid_json"),
                (path, [], 400, "invalid_json"),
                (path, Array(#"{"text": 5}"#.utf8), 400, "invalid_json"),
                (path, Array("{}".utf8), 400, "no_text"),
                (path, Array(#"{"texts": []}"#.utf8), 400, "no_text"),
                (path, Array(#"{"text": ""}"#.utf8), 400, "text_empty"),
                (path, Array(#"{"text": "a", "texts": ["b"]}"#.utf8), 400, "invalid_argument"),
                (path, Array("{\"text\": \"\(long)\"}".utf8), 413, "text_too_long"),
                (path, Array("{\"texts\": \(many)}".utf8), 413, "too_many_texts"),
                (path, Array(repeating: 32, count: ServingAPI.maximumBodyBytes + 1), 413, "body_too_large"),
                ("/api/v1/endpoints/intnet/predict", Array(#"{"text": "on"}"#.utf8), 404, "unknown_endpoint"),
            ]
            for (uri, body, status, code) in rows {
                let reply = try await fixture.post(uri, bytes: body)
                #expect(reply.status == status, "\(code)")
                #expect(reply.json["error"]?["code"] == .string(code))
            }
            let reply = try await fixture.post("/api/v1/endpoints/intnet/predict", #"{"text": "on"}"#)
            #expect(reply.json["error"]?["next_step"] == "Did you mean 'intent'?")
            // The process is whole: the next good request is answered.
            #expect(try await fixture.post(path, #"{"text": "turn on"}"#).status == 200)
        }
    }

    @Test func `Bad deployments change nothing`() async throws {
        try await ServingFixture.run { fixture in
            for (model, code) in [("intent/9", "RESOURCE_DOES_NOT_EXIST"), ("intent", "invalid_model_reference")] {
                do {
                    _ = try await fixture.aku.send(
                        ServingAPI.deploy,
                        parameters: ["name": "intent"],
                        body: DeployBody(model: model)
                    )
                    Issue.record("\(model) was deployed")
                } catch let error as PlatformError {
                    #expect(error.code.name == code || error.code.kind == .notFound, "\(model): \(error)")
                }
            }
            let shown = try await fixture.aku.send(ServingAPI.show, parameters: ["name": "intent"])
            #expect(shown.version == 1 && shown.state == "ready")
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func `Swaps under load fail no request, and every answer names the version it is from`() async throws {
        try await ServingFixture.run { fixture in
            let second = try await fixture.register("model.stronger.onnx")
            #expect(second == 2)
            let done = Flag()
            let answers = try await withThrowingTaskGroup(of: [PredictionBody].self) { group in
                for _ in 0..<6 {
                    group.addTask {
                        var seen: [PredictionBody] = []
                        while !done.isSet {
                            let reply = try await fixture.aku.send(
                                ServingAPI.predict,
                                parameters: ["name": "intent"],
                                body: PredictBody(texts: ["turn on the light"])
                            )
                            seen += reply.predictions
                        }
                        return seen
                    }
                }
                for swap in 0..<10 {
                    let reply = try await fixture.deploy(Int64(2 - swap % 2))
                    #expect(reply.changed)
                    try await Task.sleep(for: .milliseconds(20))
                }
                done.set()
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(Set(answers.map(\.version)) == [1, 2])
            // Version 2 votes twice as hard: its score tells which model really answered.
            for answer in answers { #expect((answer.score > 0.999) == (answer.version == 2)) }
            let stats = try await fixture.aku.send(ServingAPI.stats, parameters: ["name": "intent"])
            #expect(stats.requests == answers.count && stats.errors.isEmpty)
            #expect(stats.latency.reduce(0) { $0 + $1.count } == answers.count)
            let metrics = try await fixture.client.execute(uri: "/metrics", method: .get)
            let line = "aku_inference_requests_total{endpoint=\"intent\",code=\"ok\"} \(answers.count)\n"
            #expect(String(buffer: metrics.body).contains(line))
        }
    }
}
