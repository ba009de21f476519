import Foundation
import HTTPTypes
import Hummingbird
import Primitives
import Security
import Serving
import WireAPI

/// Endpoints over HTTP: list, show, deploy, statistics, and asking one.
package struct ServingController: Sendable {
    private let registry: EndpointRegistry
    private let predictions: PredictionService

    /// Joins the parts.
    package init(registry: EndpointRegistry, predictions: PredictionService) {
        self.registry = registry
        self.predictions = predictions
    }

    /// Declares the routes.
    package func addRoutes(to routes: RouteTable) {
        routes.on(ServingAPI.list) { _ in
            EndpointList(endpoints: predictions.table.all().map(EndpointBody.init))
        }
        routes.on(ServingAPI.show) { call in
            EndpointBody(try predictions.table.endpoint(call.parameter("name")))
        }
        routes.on(ServingAPI.stats) { call in
            EndpointStats(try predictions.table.endpoint(call.parameter("name")))
        }
        routes.on(ServingAPI.deploy) { call, body in
            let result = try await registry.deploy(
                call.parameter("name"),
                reference: ModelReference(body.model),
                variant: body.variant,
                actor: call.principal.name
            )
            return DeployReply(
                endpoint: EndpointBody(result.endpoint),
                previousVersion: result.previousVersion,
                changed: result.changed
            )
        }
        for path in [ServingAPI.predict.path, ServingAPI.shortPredictPath] {
            routes.raw(.post, path, permission: ServingAPI.predict.permission, errors: .platform) { call in
                try await predict(call)
            }
        }
    }

    /// The content type is not looked at: `curl -d` sends JSON as a form.
    private func predict(_ call: Call) async throws -> Response {
        let body = try await call.json(PredictBody.self, upTo: ServingAPI.maximumBodyBytes)
        if body.text != nil, body.texts != nil {
            throw PlatformError(
                .invalidArgument,
                "The request has both 'text' and 'texts'.",
                nextStep: "Send one of them."
            )
        }
        let texts = body.text.map { [$0] } ?? body.texts ?? []
        let answers = try await predictions.classify(
            endpoint: call.parameter("name"),
            texts: texts,
            caller: call.caller()
        )
        var headers: HTTPFields = [:]
        if let first = answers.first {
            headers[.akuModelVersion] = "\(first.version)"
            headers[.akuArm] = first.arm
            if body.text != nil { headers[.akuPrediction] = first.id }
        }
        let bodies = answers.map(PredictionBody.init)
        if body.text != nil, let only = bodies.first { return try .json(only, headers: headers) }
        return try .json(PredictionList(predictions: bodies), headers: headers)
    }
}

extension Call {
    /// The body as JSON.
    ///
    /// - Throws: `invalid_utf8`, `invalid_json`, `body_too_large`.
    func json<Body: Decodable>(_ type: Body.Type, upTo maximum: Int) async throws -> Body {
        let data = try await body(upTo: maximum)
        guard String(validating: data, as: UTF8.self) != nil else {
            throw PlatformError(.invalidUTF8, "The body is not UTF-8.", nextStep: "Send the text as UTF-8.")
        }
        if data.isEmpty {
            throw PlatformError(.invalidJSON, "The body is empty.", nextStep: "Send a JSON object.")
        }
        return try CanonicalJSON.decode(type, from: data)
    }
}

extension HTTPField.Name {
    /// `X-Aku-Prediction-Id`; the literal is a valid field name, which the tests show.
    static let akuPrediction = HTTPField.Name(ServingAPI.predictionHeader) ?? .eTag
    /// `X-Aku-Model-Version`.
    static let akuModelVersion = HTTPField.Name(ServingAPI.versionHeader) ?? .eTag
}

extension PredictionBody {
    fileprivate init(_ served: ServedPrediction) {
        self.init(
            predictionID: served.id,
            label: served.prediction.label,
            score: served.prediction.score,
            model: served.model,
            version: served.version,
            variant: served.variant,
            alternatives: served.prediction.alternatives.map { .init(label: $0.label, score: $0.score) }
        )
    }
}

extension EndpointBody {
    fileprivate init(_ endpoint: Endpoint) {
        let record = endpoint.record
        var problem: String?
        var isInvariant = false
        switch endpoint.state {
        case .success(let model): isInvariant = model.batchInvariant
        case .failure(let reason): problem = reason.description
        }
        self.init(
            name: record.name,
            state: problem == nil ? "ready" : "unavailable",
            reference: record.reference.description,
            model: record.model,
            version: record.version,
            variant: record.variant,
            package: record.package,
            since: record.since,
            batchInvariant: isInvariant,
            problem: problem
        )
    }
}

extension EndpointStats {
    fileprivate init(_ endpoint: Endpoint) {
        let figures = endpoint.metrics.snapshot
        let bounds = EndpointMetrics.boundsMilliseconds.map(Optional.some) + [nil]
        self.init(
            endpoint: endpoint.record.name,
            requests: figures.requests,
            predictions: figures.predictions,
            errors: figures.errors,
            inFlight: figures.inFlight,
            meanMilliseconds: figures.meanMilliseconds,
            p50Milliseconds: figures.quantileMilliseconds(0.5),
            p95Milliseconds: figures.quantileMilliseconds(0.95),
            p99Milliseconds: figures.quantileMilliseconds(0.99),
            latency: zip(bounds, figures.buckets).map { .init(upToMilliseconds: $0, count: $1) }
        )
    }
}
