import Primitives

/// One step of the schema. Released steps never change: a test holds a digest of each.
package struct Migration: Sendable {
    /// Its place in the order, from 1.
    package let number: Int
    /// A short name, for the log.
    package let name: String
    /// Statements separated by semicolons. Tables are STRICT; names are singular; times are milliseconds.
    package let sql: String

    /// Declares a step.
    package init(_ number: Int, _ name: String, _ sql: String) {
        self.number = number
        self.name = name
        self.sql = sql
    }
}

/// The schema is one thing, since foreign keys cross features: one ordered list, one file a feature.
package enum Schema {
    /// Every step, in order.
    package static let migrations: [Migration] = [
        .journal, .security, .datasets, .pipelines, .tracking, .registry, .serving, .monitoring, .trackingMore,
        .registryMore, .traces,
        .evaluation,
        .objects,
        .console,
        .metricArrivals,
        .externalRuns,
        .schedules,
        .conditions,
        .mappedTasks,
        .pools,
        .reruns,
        .pipelineEngine,
        .attempts,
        .runCosts,
        .gateway,
    ]
}
