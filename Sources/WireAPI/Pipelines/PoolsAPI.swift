import Primitives

/// Pools: named slots that tasks of all runs share.
package enum PoolsAPI {
    /// Every pool by name.
    package static let list = Route(
        .get,
        "/api/v1/pipeline-pools",
        permission: .pipelinesRead,
        reply: PoolListBody.self
    )

    /// Makes a pool, or gives it another size.
    package static let set = Route(
        .post,
        "/api/v1/pipeline-pools/{name}",
        permission: .pipelinesWrite,
        body: PoolSizeBody.self,
        reply: PoolListBody.self
    )
}

/// How large a pool is to be.
package struct PoolSizeBody: Codable, Sendable, Equatable {
    /// From 0 to 1,000; with 0 no task of the pool begins.
    package let slots: Int

    /// Makes a body.
    package init(slots: Int) { self.slots = slots }
}

/// Pools.
package struct PoolListBody: Codable, Sendable, Equatable {
    /// One pool.
    package struct Pool: Codable, Sendable, Equatable {
        /// Its name.
        package let name: String
        /// How many of its tasks may run at one time.
        package let slots: Int
        /// How many run now.
        package let used: Int

        /// Makes a value.
        package init(name: String, slots: Int, used: Int) {
            self.name = name
            self.slots = slots
            self.used = used
        }
    }

    /// By name.
    package let pools: [Pool]

    /// Makes a body.
    package init(pools: [Pool]) { self.pools = pools }
}
