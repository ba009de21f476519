import Pipelines
import Primitives
import Security
import WireAPI

/// The routes of pools.
package struct PoolsController: Sendable {
    private let engine: PipelineEngine

    /// Makes the controller of an engine.
    package init(engine: PipelineEngine) {
        self.engine = engine
    }

    /// Declares the routes.
    package func addRoutes(to routes: RouteTable) {
        routes.on(PoolsAPI.list) { _ in try await list() }
        routes.on(PoolsAPI.set) { call, body in
            try await engine.setPool(call.parameter("name"), slots: body.slots, actor: call.principal.name)
            return try await list()
        }
    }

    private func list() async throws -> PoolListBody {
        PoolListBody(
            pools: try await engine.store.pools().map { .init(name: $0.name, slots: $0.slots, used: $0.used) }
        )
    }
}
