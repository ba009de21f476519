import Logging
import Primitives
import Storage

/// Deploys model versions to endpoints. A new version is loaded and tested beside the old one and then takes its place in
/// one step; requests that began on the old one end on it.
package actor EndpointRegistry {
    /// What a deployment did.
    package struct Deployed: Sendable {
        /// The endpoint as it is now.
        package let endpoint: Endpoint
        /// The version that answered before; nil for a new endpoint.
        package let previousVersion: Int?
        /// False when the endpoint served this very version already.
        package let changed: Bool
    }

    let store: EndpointStore
    let policies: PolicyStore?
    let table: EndpointTable
    let backend: ServingBackend
    let loader: WorkerPool
    let time: TimeSource
    let logger: Logger
    let gateway: GatewaySignals
    private var deploying: Set<String> = []
    /// Endpoints whose canary passed and is not deployed yet.
    var promoting: Set<String> = []

    /// Joins the parts.
    ///
    /// - Parameters:
    ///   - policies: the endpoints' policies; nil for a registry without any.
    ///   - loader: runs the loading of models, which takes up to some seconds; one thread is enough.
    ///   - gateway: told what canaries decide.
    package init(
        store: EndpointStore,
        policies: PolicyStore? = nil,
        table: EndpointTable,
        backend: ServingBackend,
        loader: WorkerPool,
        time: TimeSource,
        logger: Logger,
        gateway: GatewaySignals = GatewaySignals()
    ) {
        self.store = store
        self.policies = policies
        self.gateway = gateway
        self.table = table
        self.backend = backend
        self.loader = loader
        self.time = time
        self.logger = logger
    }

    /// Makes an endpoint serve a version. Returns after the swap; when it throws, the endpoint is as it was.
    ///
    /// - Throws: `invalid_name`, `deploy_in_progress`, what the registry and the loading of the package throw.
    package func deploy(
        _ name: String,
        reference: ModelReference,
        variant: String?,
        actor principal: String
    ) async throws -> Deployed {
        try Name.check(name, what: "endpoint")
        try begin(name)
        defer { end(name) }
        let resolved = try await backend.resolve(reference)
        let old = table.find(name)
        if let pin = old?.gate?.policy.pin, pin != resolved.version {
            throw PlatformError(
                .endpointPinned,
                "The policy of '\(name)' pins version \(pin); version \(resolved.version) was asked for.",
                nextStep: "Change or remove 'pin' and apply the policy: aku endpoints apply FILE."
            )
        }
        if let old, serves(old, resolved, variant) {
            if old.record.reference != reference { try await keep(old, reference, variant, principal) }
            return Deployed(endpoint: try table.endpoint(name), previousVersion: old.record.version, changed: false)
        }
        let backend = backend
        let model = try await loader.run { try backend.load(resolved, variant) }
        let now = time.now()
        let record = EndpointRecord(
            name: name,
            reference: reference,
            wantedVariant: variant,
            model: resolved.model,
            version: resolved.version,
            variant: model.variant,
            package: resolved.package,
            createdAt: old?.record.createdAt ?? now,
            since: max(now, old?.record.createdAt ?? now),
            deployedBy: principal
        )
        try await store.save(record, event: Self.event(record, replacing: old?.record, actor: principal))
        if let good = old?.loaded {
            try await policies?.save(lastGood: good, of: name)
            old?.gate?.lastGood = good
        }
        // The policy may have been applied anew only under the same lock, so that of `old` is the present one.
        let metrics = old?.metrics ?? EndpointMetrics()
        let endpoint = Endpoint(record: record, state: .success(model), metrics: metrics, gate: old?.gate)
        table.set(endpoint)
        try await backend.deployed(name, resolved, principal)
        return Deployed(endpoint: endpoint, previousVersion: old?.record.version, changed: true)
    }

    /// Loads what each endpoint served when the server stopped. An endpoint whose model cannot be loaded is kept and
    /// answers `endpoint_unavailable` with the reason.
    package func restore() async throws {
        for record in try await store.all() {
            let state: Result<ServedModel, PlatformError>
            do {
                let resolved = try await backend.resolve(.version(model: record.model, version: record.version))
                let backend = backend
                state = .success(try await loader.run { try backend.load(resolved, record.variant) })
            } catch {
                let reason = error as? PlatformError ?? PlatformError(.internalError, "\(error)")
                logger.error("endpoint not restored", metadata: ["endpoint": "\(record.name)", "error": "\(reason)"])
                state = .failure(reason)
            }
            let gate = await restoreGate(of: record)
            table.set(Endpoint(record: record, state: state, metrics: EndpointMetrics(), gate: gate))
        }
    }

    /// Keeps others from changing an endpoint until `end`.
    ///
    /// - Throws: `deploy_in_progress`.
    func begin(_ name: String) throws {
        guard deploying.insert(name).inserted else {
            throw PlatformError(
                .deployInProgress,
                "A deployment of '\(name)' has not ended yet.",
                nextStep: "Wait for it and try again."
            )
        }
    }

    /// Lets others change the endpoint.
    func end(_ name: String) { deploying.remove(name) }

    private func serves(_ endpoint: Endpoint, _ resolved: ResolvedModel, _ variant: String?) -> Bool {
        guard case .success = endpoint.state else { return false }
        let record = endpoint.record
        return record.model == resolved.model && record.version == resolved.version
            && record.package == resolved.package
            && (variant == record.variant || variant == record.wantedVariant)
    }

    /// The same version under another reference: what a restart or a reader sees changes, the model does not.
    private func keep(_ old: Endpoint, _ reference: ModelReference, _ variant: String?, _ principal: String)
        async throws
    {
        let record = EndpointRecord(
            name: old.record.name,
            reference: reference,
            wantedVariant: variant,
            model: old.record.model,
            version: old.record.version,
            variant: old.record.variant,
            package: old.record.package,
            createdAt: old.record.createdAt,
            since: old.record.since,
            deployedBy: principal
        )
        try await store.save(record, event: Self.event(record, replacing: old.record, actor: principal))
        table.set(Endpoint(record: record, state: old.state, metrics: old.metrics, gate: old.gate))
    }

    private static func event(_ record: EndpointRecord, replacing old: EndpointRecord?, actor: String) -> JournalEvent {
        var body: [String: JSONValue] = [
            "reference": .string(record.reference.description), "model": .string(record.model),
            "version": .integer(Int64(record.version)), "variant": .string(record.variant),
            "package": .string(record.package.description),
        ]
        if let old {
            body["previous_model"] = .string(old.model)
            body["previous_version"] = .integer(Int64(old.version))
        }
        return JournalEvent(
            kind: old == nil ? "endpoint.deployed" : "endpoint.swapped",
            subject: "endpoint/\(record.name)",
            actor: actor,
            body: .object(body)
        )
    }
}
