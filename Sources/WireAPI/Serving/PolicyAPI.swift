import Primitives

/// Routes of endpoints' policies.
package enum PolicyAPI {
    /// The policy that stands, and what it did.
    package static let show = Route(
        .get,
        "/api/v1/endpoints/{name}/policy",
        permission: .endpointsRead,
        reply: PolicyReport.self
    )
    /// Puts a policy to work; answers when requests go by it.
    package static let apply = Route(
        .put,
        "/api/v1/endpoints/{name}/policy",
        permission: .endpointsDeploy,
        body: PolicyDocument.self,
        reply: PolicyReply.self
    )
    /// Every version of the policy, newest first.
    package static let history = Route(
        .get,
        "/api/v1/endpoints/{name}/policy/history",
        permission: .endpointsRead,
        reply: PolicyHistory.self
    )
    /// Goes back to an earlier version, which becomes the newest.
    package static let rollback = Route(
        .post,
        "/api/v1/endpoints/{name}/policy/rollback",
        permission: .endpointsDeploy,
        body: PolicyRollback.self,
        reply: PolicyReply.self
    )
    /// Takes an endpoint away, with its policy.
    package static let remove = Route(
        .delete,
        "/api/v1/endpoints/{name}",
        permission: .endpointsDeploy,
        reply: Nothing.self
    )
    /// The request's header with what it is split by; else the platform takes an id of its own.
    package static let requestHeader = "X-Request-Id"
    /// The request's header with its priority: low, normal or high.
    package static let priorityHeader = "X-Aku-Priority"
    /// The reply's header with the arm that answered.
    package static let armHeader = "X-Aku-Arm"
}

/// A policy as it is sent.
package struct PolicyDocument: Codable, Sendable, Equatable {
    /// The YAML text.
    package let document: String

    /// Makes the body.
    package init(document: String) {
        self.document = document
    }
}

/// Which version to go back to.
package struct PolicyRollback: Codable, Sendable, Equatable {
    /// Nil for the one before the present one.
    package let version: Int?

    /// Makes the body.
    package init(version: Int?) {
        self.version = version
    }
}

/// One version of a policy.
package struct PolicyVersion: Codable, Sendable, Equatable {
    /// From 1.
    package let version: Int
    /// The version that this one went back to; nil for a new document.
    package let restores: Int?
    /// When it was applied.
    package let appliedAt: Timestamp
    /// Who applied it.
    package let appliedBy: String
    /// The YAML text.
    package let document: String

    /// Makes the value.
    package init(version: Int, restores: Int?, appliedAt: Timestamp, appliedBy: String, document: String) {
        self.version = version
        self.restores = restores
        self.appliedAt = appliedAt
        self.appliedBy = appliedBy
        self.document = document
    }

    enum CodingKeys: String, CodingKey {
        case version, restores, document
        case appliedAt = "applied_at"
        case appliedBy = "applied_by"
    }
}

/// Every version of a policy.
package struct PolicyHistory: Codable, Sendable, Equatable {
    /// Newest first.
    package let versions: [PolicyVersion]

    /// Makes the list.
    package init(versions: [PolicyVersion]) {
        self.versions = versions
    }
}

/// What applying a policy did.
package struct PolicyReply: Codable, Sendable, Equatable {
    /// The endpoint.
    package let endpoint: String
    /// The version that stands.
    package let version: Int
    /// False when that very document stood already.
    package let changed: Bool

    /// Makes the reply.
    package init(endpoint: String, version: Int, changed: Bool) {
        self.endpoint = endpoint
        self.version = version
        self.changed = changed
    }
}

/// A policy and what it did since it was applied or the server started.
package struct PolicyReport: Codable, Sendable, Equatable {
    /// One arm.
    package struct Arm: Codable, Sendable, Equatable {
        /// `stable`, `canary`, or the split's own name.
        package let name: String
        /// Requests answered.
        package let answered: Int
        /// Requests failed by its own fault; a fallback may have answered them.
        package let failed: Int
        /// The mean latency of answered requests, in milliseconds.
        package let meanMilliseconds: Double

        /// Makes the value.
        package init(name: String, answered: Int, failed: Int, meanMilliseconds: Double) {
            self.name = name
            self.answered = answered
            self.failed = failed
            self.meanMilliseconds = meanMilliseconds
        }

        enum CodingKeys: String, CodingKey {
            case name, answered, failed
            case meanMilliseconds = "mean_ms"
        }
    }

    /// A canary.
    package struct Canary: Codable, Sendable, Equatable {
        /// The version.
        package let target: String
        /// running, promoting, promoted, held, rolled_back.
        package let phase: String
        /// Why it was rolled back; else empty.
        package let reason: String
        /// The step, from 1, and how many there are.
        package let step: Int
        package let steps: Int
        /// The share of requests that it answers now.
        package let share: Double
        /// What the step has seen, and the requests that it needs.
        package let answered: Int
        package let failed: Int
        package let wanted: Int
        package let compared: Int
        package let agreed: Int

        /// Makes the value.
        package init(
            target: String,
            phase: String,
            reason: String,
            step: Int,
            steps: Int,
            share: Double,
            answered: Int,
            failed: Int,
            wanted: Int,
            compared: Int,
            agreed: Int
        ) {
            self.target = target
            self.phase = phase
            self.reason = reason
            self.step = step
            self.steps = steps
            self.share = share
            self.answered = answered
            self.failed = failed
            self.wanted = wanted
            self.compared = compared
            self.agreed = agreed
        }
    }

    /// A shadow.
    package struct Shadow: Codable, Sendable, Equatable {
        /// The version.
        package let target: String
        /// Answers compared, and those that were the same.
        package let compared: Int
        package let agreed: Int
        /// Requests that failed, and that were left out.
        package let failed: Int
        package let dropped: Int

        /// Makes the value.
        package init(target: String, compared: Int, agreed: Int, failed: Int, dropped: Int) {
            self.target = target
            self.compared = compared
            self.agreed = agreed
            self.failed = failed
            self.dropped = dropped
        }
    }

    /// A comparison of two arms' error rates.
    package struct Comparison: Codable, Sendable, Equatable {
        /// The arms.
        package let first: String
        package let second: String
        /// The probability of a difference as large by chance, both tails, multiplied by the number of comparisons.
        package let pValue: Double
        /// Whether that is at most the policy's `significance`.
        package let significant: Bool

        /// Makes the value.
        package init(first: String, second: String, pValue: Double, significant: Bool) {
            self.first = first
            self.second = second
            self.pValue = pValue
            self.significant = significant
        }

        enum CodingKeys: String, CodingKey {
            case first, second, significant
            case pValue = "p_value"
        }
    }

    /// The endpoint.
    package let endpoint: String
    /// The version that stands; nil without a policy.
    package let policy: PolicyVersion?
    /// By name.
    package let arms: [Arm]
    /// Nil without one.
    package let canary: Canary?
    /// Nil without one.
    package let shadow: Shadow?
    /// Empty until every arm has what the experiment wants.
    package let experiment: [Comparison]
    /// Answers of fallbacks, by step.
    package let fallbacks: [String: Int]
    /// Why fallbacks were asked.
    package let causes: [String: Int]
    /// Requests that were not let in, by code.
    package let refused: [String: Int]

    /// Makes the report.
    package init(
        endpoint: String,
        policy: PolicyVersion?,
        arms: [Arm],
        canary: Canary?,
        shadow: Shadow?,
        experiment: [Comparison],
        fallbacks: [String: Int],
        causes: [String: Int],
        refused: [String: Int]
    ) {
        self.endpoint = endpoint
        self.policy = policy
        self.arms = arms
        self.canary = canary
        self.shadow = shadow
        self.experiment = experiment
        self.fallbacks = fallbacks
        self.causes = causes
        self.refused = refused
    }
}
