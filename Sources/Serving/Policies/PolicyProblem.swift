import Primitives
import Yams

/// One thing wrong with a policy, and where.
package struct PolicyProblem: Sendable, Hashable, Error {
    /// What is wrong, without the place.
    package let message: String
    /// What to do; empty when the message says it.
    package let nextStep: String
    /// From 1.
    package let line: Int
    /// From 1.
    package let column: Int

    init(_ message: String, nextStep: String = "", line: Int, column: Int) {
        self.message = message
        self.nextStep = nextStep
        self.line = line
        self.column = column
    }

    init(_ message: String, nextStep: String = "", at node: Node) {
        self.init(message, nextStep: nextStep, line: node.mark?.line ?? 1, column: node.mark?.column ?? 1)
    }

    /// What the YAML parser says, with its place.
    init(_ error: any Error) {
        switch error as? YamlError {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            self.init("The file is not YAML here: \(problem).", line: mark.line, column: mark.column)
        case .duplicatedKeysInMapping(let names, let context):
            let keys = Set(names).sorted().map { "'\($0)'" }.joined(separator: ", ")
            self.init("The key \(keys) is there twice.", line: context.mark.line, column: context.mark.column)
        default:
            self.init("The file is not YAML: \(error).", line: 1, column: 1)
        }
    }

    /// The problem as the platform's error: the message names the place, the context carries it.
    package var error: PlatformError {
        PlatformError(
            .policyInvalid,
            "Line \(line), column \(column): \(message)",
            nextStep: nextStep.isEmpty
                ? "Correct the policy there; 'aku endpoints lint' shows every problem." : nextStep,
            context: ["line": String(line), "column": String(column)]
        )
    }
}

extension ErrorCode {
    /// A policy breaks a rule; the message names line and column.
    package static let policyInvalid = ErrorCode("policy_invalid", .invalidArgument)
    /// A policy's document is larger than the bound.
    package static let policyTooLarge = ErrorCode("policy_too_large", .tooLarge)
    /// The endpoint has no such version of its policy.
    package static let unknownPolicyVersion = ErrorCode("unknown_policy_version", .notFound)
    /// The policy pins the endpoint to another version.
    package static let endpointPinned = ErrorCode("endpoint_pinned", .failedPrecondition)
    /// The endpoint takes no new requests, by its policy.
    package static let endpointDraining = ErrorCode("endpoint_draining", .unavailable)
    /// Too many requests wait for one of this priority to be taken.
    package static let requestShed = ErrorCode("request_shed", .unavailable)
    /// The endpoint or the principal has used up its rate or its concurrency.
    package static let throttled = ErrorCode("throttled", .throttled)
    /// The model took longer than the policy gives it.
    package static let modelTooSlow = ErrorCode("model_too_slow", .unavailable)
}
