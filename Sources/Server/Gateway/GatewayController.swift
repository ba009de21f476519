import HTTPTypes
import HummingbirdCore
import Primitives
import Security
import Serving
import Statistics
import WireAPI

/// Policies of endpoints over HTTP, and the removal of endpoints.
package struct GatewayController: Sendable {
    private let registry: EndpointRegistry
    private let table: EndpointTable

    /// Joins the parts.
    package init(registry: EndpointRegistry, table: EndpointTable) {
        self.registry = registry
        self.table = table
    }

    /// Declares the routes.
    package func addRoutes(to routes: RouteTable) {
        routes.on(PolicyAPI.show) { call in
            let endpoint = try table.endpoint(call.parameter("name"))
            let standing = try await registry.policyHistory(endpoint.record.name).first
            return try PolicyReport(endpoint, standing.map(PolicyVersion.init))
        }
        routes.on(PolicyAPI.history) { call in
            PolicyHistory(versions: try await registry.policyHistory(call.parameter("name")).map(PolicyVersion.init))
        }
        routes.on(PolicyAPI.apply) { call, body in
            let name = try call.parameter("name")
            return PolicyReply(try await registry.apply(body.document, to: name, actor: call.principal.name))
        }
        routes.on(PolicyAPI.rollback) { call, body in
            let name = try call.parameter("name")
            return PolicyReply(try await registry.rollBack(name, to: body.version, actor: call.principal.name))
        }
        routes.on(PolicyAPI.remove) { call in
            try await registry.remove(call.parameter("name"), actor: call.principal.name)
            return Nothing()
        }
    }
}

extension Call {
    /// Who asks, as policies see it.
    ///
    /// - Parameter id: the request's id in its protocol's own place; nil for the header's.
    /// - Throws: `invalid_argument` for an unknown priority.
    func caller(id: String? = nil) throws -> Caller {
        var priority = RequestPriority.normal
        if let text = request.headers[.akuPriority] {
            guard let known = RequestPriority(rawValue: text) else {
                throw PlatformError(
                    .invalidArgument,
                    "The priority '\(text.prefix(40))' is unknown.",
                    nextStep: "Send low, normal or high in \(PolicyAPI.priorityHeader)."
                )
            }
            priority = known
        }
        let requestID = id ?? request.headers[.requestID]
        return Caller(
            principal: principal.name,
            requestID: requestID.map { String($0.prefix(200)) },
            priority: priority
        )
    }
}

extension HTTPField.Name {
    /// `X-Request-Id`; the literals are valid field names, which the tests show.
    static let requestID = HTTPField.Name(PolicyAPI.requestHeader) ?? .eTag
    /// `X-Aku-Priority`.
    static let akuPriority = HTTPField.Name(PolicyAPI.priorityHeader) ?? .eTag
    /// `X-Aku-Arm`.
    static let akuArm = HTTPField.Name(PolicyAPI.armHeader) ?? .eTag
}

extension PolicyVersion {
    fileprivate init(_ stored: StoredPolicy) {
        self.init(
            version: stored.version,
            restores: stored.restores,
            appliedAt: stored.appliedAt,
            appliedBy: stored.appliedBy,
            document: stored.document
        )
    }
}

extension PolicyReply {
    fileprivate init(_ applied: EndpointRegistry.Applied) {
        self.init(endpoint: applied.policy.endpoint, version: applied.policy.version, changed: applied.changed)
    }
}

extension PolicyReport {
    init(_ endpoint: Endpoint, _ policy: PolicyVersion?) throws {
        let counts = endpoint.gate?.counts ?? GatewayCounts()
        self.init(
            endpoint: endpoint.record.name,
            policy: policy,
            arms: counts.arms.sorted { $0.key < $1.key }.map { name, arm in
                let mean = arm.answered > 0 ? arm.totalMilliseconds / Double(arm.answered) : 0
                return Arm(name: name, answered: arm.answered, failed: arm.failed, meanMilliseconds: mean)
            },
            canary: endpoint.gate?.canaryMachine.map(Canary.init),
            shadow: endpoint.gate?.policy.shadow.map { plan in
                Shadow(
                    target: plan.target.reference.description,
                    compared: counts.compared,
                    agreed: counts.agreed,
                    failed: counts.shadowFailed,
                    dropped: counts.shadowDropped
                )
            },
            experiment: try Self.comparisons(endpoint.gate, counts),
            fallbacks: counts.fallbacks,
            causes: counts.causes,
            refused: counts.refused
        )
    }

    /// Each arm with each other by Pearson's chi-square test, p values corrected by Bonferroni.
    private static func comparisons(_ gate: EndpointGate?, _ counts: GatewayCounts) throws -> [Comparison] {
        guard let split = gate?.policy.split, let plan = split.experiment, let arms = counts.experiment else {
            return []
        }
        let names = split.arms.filter { $0.weight > 0 }.map(\.name)
        let pairs = names.indices.flatMap { first in names.indices[(first + 1)...].map { (names[first], names[$0]) } }
        return try pairs.map { first, second in
            let rows = [first, second].map { arms[$0].map { [$0.answered, $0.failed] } ?? [0, 0] }
            let test = try ChiSquare.twoSample(rows[0], rows[1])
            let pValue = min(1, test.pValue * Double(pairs.count))
            return Comparison(first: first, second: second, pValue: pValue, significant: pValue <= plan.significance)
        }
    }
}

extension PolicyReport.Canary {
    fileprivate init(_ machine: CanaryMachine) {
        self.init(
            target: machine.plan.target.reference.description,
            phase: machine.phase.rawValue,
            reason: machine.reason,
            step: machine.step + 1,
            steps: machine.plan.steps.count,
            share: machine.share,
            answered: machine.window.answered,
            failed: machine.window.failed,
            wanted: machine.plan.steps[machine.step].requests,
            compared: machine.window.compared,
            agreed: machine.window.agreed
        )
    }
}
