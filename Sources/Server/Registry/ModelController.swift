import Primitives
import Registry
import Security
import WireAPI

/// Aku's own routes of the registry.
package struct ModelController: Sendable {
    private let registry: RegistryStore
    private let registrar: PackageRegistrar
    private let lineage: ModelLineage

    /// Versions of one model that are shown; more are found by search.
    private static let versionsShown = 1000

    /// Makes the controller of a store.
    package init(registry: RegistryStore, registrar: PackageRegistrar, lineage: ModelLineage) {
        self.registry = registry
        self.registrar = registrar
        self.lineage = lineage
    }

    /// Declares the routes.
    package func addRoutes(to routes: RouteTable) {
        routes.on(ModelsAPI.list) { _ in
            let page = try await registry.searchModels(filter: nil, order: [], maximum: 1000, token: nil)
            return ModelListBody(models: page.elements.map(ModelBody.init))
        }
        routes.on(ModelsAPI.show) { call in
            let name = try call.parameter("name")
            let seen = try await registry.overview(of: name, versions: Self.versionsShown)
            guard let model = seen.models.first else { throw PlatformError.mlflowMissing("No model '\(name)'.") }
            let versions = seen.versions.map { version in
                ModelVersionBody(
                    version,
                    attestations: seen.attestations[name]?[version.version] ?? [],
                    deployments: seen.deployments
                )
            }
            return ModelDetailBody(model: ModelBody(model), versions: versions)
        }
        routes.on(ModelsAPI.gates) { call in try await gates(of: call.parameter("name")) }
        routes.on(ModelsAPI.setGate) { call, body in
            let name = try call.parameter("name")
            try await registry.set(
                gate: call.parameter("target"),
                of: name,
                requires: body.requires,
                actor: call.principal.name
            )
            return try await gates(of: name)
        }
        routes.on(ModelsAPI.lineage) { call in try await lineage.of(version(call)) }
        routes.on(ModelsAPI.version) { call in try await body(of: version(call)) }
        routes.on(ModelsAPI.register) { call, body in try await register(call, body) }
        routes.on(ModelsAPI.attest) { call, body in
            let version = try await version(call)
            let attestation = try await registry.attest(
                version.model,
                version.version,
                kind: body.kind,
                passed: body.passed,
                reasons: body.reasons,
                details: body.details ?? .object([:]),
                actor: call.principal.name
            )
            return AttestationBody(attestation)
        }
        routes.on(ModelsAPI.moveAlias) { call, body in
            let name = try call.parameter("name")
            let alias = try call.parameter("alias")
            let from = try await registry.move(
                alias: alias,
                of: name,
                to: body.version,
                expecting: Self.expectation(body.expected),
                actor: call.principal.name
            )
            return MovedAliasBody(model: name, alias: alias, from: from, to: body.version)
        }
        routes.on(ModelsAPI.promote) { call, body in try await promote(call, body) }
    }

    private func register(_ call: Call, _ body: RegisterVersionBody) async throws -> RegisteredVersionBody {
        let name = try Name.check(call.parameter("name"), what: "model")
        let (version, isNew) = try await registrar.register(body, as: name, actor: call.principal.name)
        if let alias = body.alias {
            try await registry.move(alias: alias, of: name, to: version.version, actor: call.principal.name)
        }
        let now = try await registry.version(name, version.version)
        return RegisteredVersionBody(version: try await self.body(of: now), created: isNew)
    }

    /// A gate's refusal stands, and so does the verdict of the version's newest gate attestation, whatever the caller says.
    private func promote(_ call: Call, _ body: PromotionBody) async throws -> PromotedBody {
        let name = try call.parameter("name")
        let alias = body.alias ?? "champion"
        let version = try await registry.version(name, body.version)
        let current = try await registry.model(name).aliases.first { $0.alias == alias }?.version
        let gate = try await registry.attestations(name, version.version).last { $0.kind == "gate" }
        if !body.decision.promote || gate?.passed == false {
            let reasons = body.decision.promote ? gate?.reasons ?? [] : body.decision.reasons
            try await registry.refusePromotion(name, version.version, reasons: reasons, actor: call.principal.name)
            return PromotedBody(
                model: name,
                alias: alias,
                promoted: false,
                from: current,
                to: current,
                reasons: reasons
            )
        }
        let from = try await registry.move(
            alias: alias,
            of: name,
            to: version.version,
            expecting: Self.expectation(body.expected),
            actor: call.principal.name
        )
        return PromotedBody(
            model: name,
            alias: alias,
            promoted: true,
            from: from,
            to: version.version,
            reasons: body.decision.reasons
        )
    }

    private func gates(of name: String) async throws -> ModelGatesBody {
        ModelGatesBody(
            gates: try await registry.gates(of: name).map {
                ModelGateBody(target: $0.target, requires: $0.requires, by: $0.by, at: $0.at)
            }
        )
    }

    private func version(_ call: Call) async throws -> ModelVersion {
        let name = try call.parameter("name")
        let text = try call.parameter("version")
        if text.hasPrefix("@") { return try await registry.version(name, alias: String(text.dropFirst())) }
        return try await registry.version(name, ModelVersionController.number(text))
    }

    private func body(of version: ModelVersion) async throws -> ModelVersionBody {
        ModelVersionBody(
            version,
            attestations: try await registry.attestations(version.model, version.version),
            deployments: try await registry.deployments(of: version.model)
        )
    }

    private static func expectation(_ expected: Int64?) -> ExpectedVersion {
        expected.map { $0 == 0 ? .absent : .version($0) } ?? .any
    }
}
