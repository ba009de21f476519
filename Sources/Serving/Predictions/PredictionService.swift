import Foundation
import Primitives

/// The answer for one text with what identifies it.
package struct ServedPrediction: Sendable, Hashable {
    /// The prediction's id.
    package let id: String
    /// What the model says.
    package let prediction: TextPrediction
    /// The registered model.
    package let model: String
    /// The version that answered.
    package let version: Int
    /// The variant that answered.
    package let variant: String
    /// The arm of the endpoint's policy that answered; nil without a policy.
    package let arm: String?
}

/// The answer for tensors with what identifies it.
package struct ServedTensors: Sendable, Hashable {
    /// The prediction's id.
    package let id: String
    /// The model's outputs.
    package let outputs: [NamedTensor]
    /// The version that answered.
    package let version: Int
    /// The arm of the endpoint's policy that answered; nil without a policy.
    package let arm: String?
}

/// Answers requests: finds the endpoint, hands the work to the pool, measures, and tells monitoring.
package struct PredictionService: Sendable {
    /// The most texts in one request.
    package static let maximumTexts = 256

    /// The endpoints.
    package let table: EndpointTable
    private let pool: WorkerPool
    private let observe: @Sendable (PredictionRecord) -> Void
    private let time: TimeSource
    private let identifiers: IdentifierSource
    private let gateway: Gateway

    /// Joins the parts.
    ///
    /// - Parameter shadows: asks other versions the same, unseen; nil when no policy may.
    package init(
        table: EndpointTable,
        pool: WorkerPool,
        observe: @escaping @Sendable (PredictionRecord) -> Void,
        time: TimeSource,
        identifiers: IdentifierSource,
        shadows: ShadowQueue? = nil
    ) {
        self.table = table
        self.pool = pool
        self.observe = observe
        self.time = time
        self.identifiers = identifiers
        gateway = Gateway(pool: pool, shadows: shadows, time: time, identifiers: identifiers)
    }

    /// Classifies texts; the answers stand in the texts' order.
    ///
    /// - Throws: `unknown_endpoint`, `endpoint_unavailable`, `no_text`, `too_many_texts`, `queue_full`,
    ///   `deadline_exceeded`, and what the model finds wrong with a text; with a policy `throttled`, `request_shed`,
    ///   `endpoint_draining`, `model_too_slow`.
    package func classify(
        endpoint name: String,
        texts: [String],
        caller: Caller = .platform,
        options: InferenceOptions = .standard
    ) async throws -> [ServedPrediction] {
        let endpoint = try table.endpoint(name)
        let arrived = time.now()
        var origin = endpoint.record.origin(arm: nil)
        do {
            let (answers, microseconds) = try await measure(endpoint, rows: texts.count) {
                if let gate = endpoint.gate {
                    try Self.check(texts)
                    let work = GatewayWork.classify(texts, options: options)
                    let answer = try await gateway.answer(work, at: endpoint, through: gate, for: caller) {
                        origin = $0
                    }
                    origin = answer.origin
                    return answer.value
                }
                let model = try endpoint.model()
                try Self.check(texts)
                return try await pool.classify(texts, with: model, options)
            }
            return answers.map { answer in
                let served = ServedPrediction(
                    id: identifiers(),
                    prediction: answer,
                    model: origin.model,
                    version: origin.version,
                    variant: origin.variant,
                    arm: origin.arm
                )
                observe(.init(served, endpoint: name, at: arrived, latencyMicroseconds: microseconds))
                return served
            }
        } catch let failure as Failure {
            observe(.init(failed: failure, id: identifiers(), endpoint: name, origin, at: arrived))
            throw failure.cause
        }
    }

    /// Runs tensors as the model itself takes them.
    ///
    /// - Throws: as `classify`; `tensor_mismatch`.
    package func infer(
        endpoint name: String,
        tensors: [NamedTensor],
        outputs: [String]?,
        caller: Caller = .platform,
        options: InferenceOptions = .standard
    ) async throws -> ServedTensors {
        let endpoint = try table.endpoint(name)
        var origin = endpoint.record.origin(arm: nil)
        do {
            let (results, _) = try await measure(endpoint, rows: tensors.first?.tensor.shape.first ?? 1) {
                if let gate = endpoint.gate {
                    let work = GatewayWork<[NamedTensor]> { model, pool in
                        try await pool.run(options) { try model.infer(tensors, outputs) }
                    }
                    let answer = try await gateway.answer(work, at: endpoint, through: gate, for: caller) {
                        origin = $0
                    }
                    origin = answer.origin
                    return answer.value
                }
                let model = try endpoint.model()
                return try await pool.run(options) { try model.infer(tensors, outputs) }
            }
            return ServedTensors(id: identifiers(), outputs: results, version: origin.version, arm: origin.arm)
        } catch let failure as Failure {
            throw failure.cause
        }
    }

    /// A failed request and how long it took to fail.
    struct Failure: Error {
        let cause: any Error
        let code: String
        let microseconds: Int
    }

    private func measure<Value: Sendable>(
        _ endpoint: Endpoint,
        rows: Int,
        _ body: () async throws -> Value
    ) async throws -> (Value, Int) {
        let start = ContinuousClock.now
        endpoint.metrics.begin()
        do {
            let value = try await body()
            let microseconds = Self.microseconds(since: start)
            endpoint.metrics.succeed(predictions: rows, milliseconds: Double(microseconds) / 1000)
            return (value, microseconds)
        } catch {
            let code =
                (error as? PlatformError)?.code.name ?? (error is CancellationError ? "cancelled" : "internal_error")
            endpoint.metrics.fail(code)
            throw Failure(cause: error, code: code, microseconds: Self.microseconds(since: start))
        }
    }

    private static func microseconds(since start: ContinuousClock.Instant) -> Int {
        let parts = (ContinuousClock.now - start).components
        return Int(parts.seconds) * 1_000_000 + Int(parts.attoseconds / 1_000_000_000_000)
    }

    private static func check(_ texts: [String]) throws {
        if texts.isEmpty {
            throw PlatformError(
                .noText,
                "The request has no text.",
                nextStep: "Send {\"text\": \"…\"} or {\"texts\": [\"…\"]}."
            )
        }
        if texts.count > maximumTexts {
            throw PlatformError(
                .tooManyTexts,
                "The request has \(texts.count) texts; at most \(maximumTexts) are taken.",
                nextStep: "Send them in parts."
            )
        }
    }
}

extension PredictionRecord {
    fileprivate init(_ served: ServedPrediction, endpoint: String, at arrived: Timestamp, latencyMicroseconds: Int) {
        self.init(
            id: served.id,
            at: arrived,
            endpoint: endpoint,
            model: served.model,
            version: served.version,
            variant: served.variant,
            label: served.prediction.label,
            score: served.prediction.score,
            secondScore: served.prediction.secondScore,
            tokenCount: served.prediction.tokenCount,
            unknownShare: served.prediction.unknownShare,
            characterCount: served.prediction.characterCount,
            latencyMicroseconds: latencyMicroseconds,
            arm: served.arm
        )
    }

    fileprivate init(
        failed: PredictionService.Failure,
        id: String,
        endpoint: String,
        _ origin: AnswerOrigin,
        at arrived: Timestamp
    ) {
        self.init(
            id: id,
            at: arrived,
            endpoint: endpoint,
            model: origin.model,
            version: origin.version,
            variant: origin.variant,
            label: "",
            score: 0,
            secondScore: 0,
            tokenCount: 0,
            unknownShare: 0,
            characterCount: 0,
            latencyMicroseconds: failed.microseconds,
            errorCode: failed.code,
            arm: origin.arm
        )
    }
}
