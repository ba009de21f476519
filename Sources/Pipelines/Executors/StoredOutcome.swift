import Primitives

/// How an attempt ended, as the database keeps it until the run's state has taken it in.
struct StoredOutcome: Codable, Sendable {
    private let state: String
    private let outputs: [TaskOutput]?
    private let code: String?
    private let kind: FailureKind?
    private let message: String?
    private let nextStep: String?
    private let context: [String: String]?

    /// Nil for one that was stopped because the server goes down, which is no end.
    init?(_ outcome: AttemptOutcome) {
        switch outcome {
        case .succeeded(let outputs): self.init("succeeded", outputs, nil)
        case .failed(let error): self.init("failed", nil, error)
        case .lost(let error): self.init("lost", nil, error)
        case .stopped(.cancelled): self.init("cancelled", nil, nil)
        case .stopped: return nil
        }
    }

    private init(_ state: String, _ outputs: [TaskOutput]?, _ error: PlatformError?) {
        self.state = state
        self.outputs = outputs
        code = error?.code.name
        kind = error?.code.kind
        message = error?.message
        nextStep = error?.nextStep
        context = error?.context
    }

    /// The outcome that was kept.
    func outcome() throws -> AttemptOutcome {
        let error = PlatformError(
            ErrorCode(code ?? ErrorCode.taskFailed.name, kind ?? .failedPrecondition),
            message ?? "The attempt ended badly.",
            nextStep: nextStep ?? "",
            context: context ?? [:]
        )
        switch state {
        case "succeeded": return .succeeded(outputs ?? [])
        case "failed": return .failed(error)
        case "lost": return .lost(error)
        case "cancelled": return .stopped(.cancelled)
        default: throw PlatformError(.internalError, "An attempt has the unknown outcome '\(state)'.")
        }
    }
}
