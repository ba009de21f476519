import Primitives

/// Who asks, and how much it matters.
package struct Caller: Sendable, Hashable {
    /// The principal's name; empty inside the platform.
    package let principal: String
    /// The request's own id, where the caller gave one: the same id goes the same way.
    package let requestID: String?
    /// What is refused first when there is not room for all.
    package let priority: RequestPriority

    /// Names a caller.
    package init(principal: String, requestID: String? = nil, priority: RequestPriority = .normal) {
        self.principal = principal
        self.requestID = requestID
        self.priority = priority
    }

    /// The platform itself.
    package static let platform = Caller(principal: "")
}

/// Which version gave an answer, and by which arm of the policy.
package struct AnswerOrigin: Sendable, Hashable {
    /// The registered model; `policy` when a rule or a constant answered.
    package let model: String
    /// The version; 0 when a rule or a constant answered.
    package let version: Int
    /// The variant; `rules` or `constant` when one of these answered.
    package let variant: String
    /// The arm; nil without a policy.
    package let arm: String?
}

/// A loaded version that a policy names.
package struct LoadedTarget: Sendable {
    /// The registered model.
    package let model: String
    /// The version.
    package let version: Int
    /// The tree digest of the package.
    package let package: Digest
    /// The variant that was asked for; nil for the package's default.
    package let wantedVariant: String?
    /// The model.
    package let served: ServedModel

    func origin(_ arm: String) -> AnswerOrigin {
        AnswerOrigin(model: model, version: version, variant: served.variant, arm: arm)
    }
}

/// What a request asks, as the gateway needs to know it.
struct GatewayWork<Value: Sendable>: Sendable {
    /// Asks a model, on a pool.
    let run: @Sendable (ServedModel, WorkerPool) async throws -> Value
    /// The least probability among the answers; nil where answers have none.
    var confidence: @Sendable (Value) -> Double? = { _ in nil }
    /// Whether two answers are the same; nil where they cannot be compared, and then there is no shadow.
    var agrees: (@Sendable (Value, Value) -> Bool)?
    /// What a rule or a constant answers; nil when it does not.
    var substitute: @Sendable (EndpointPolicy.Fallback.Step) -> Value? = { _ in nil }
    /// Bytes that a waiting comparison would hold.
    var bytes = 0
}
