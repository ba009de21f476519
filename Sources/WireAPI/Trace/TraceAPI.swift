import Primitives

/// Routes that walk from an outcome back to its causes.
package enum TraceAPI {
    /// The chain behind a prediction: endpoint, version, package, run, code, data shards.
    package static let trace = Route(.get, "/api/v1/trace/{id}", permission: .modelsRead, reply: TraceReply.self)
}

/// One link of a trace.
package struct TraceNode: Codable, Sendable, Equatable {
    /// One named fact about a link.
    package struct Fact: Codable, Sendable, Equatable {
        /// What it is.
        package let name: String
        /// Its value, ready to be read.
        package let value: String

        /// Makes a fact.
        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// `prediction`, `endpoint`, `version`, `package`, `training_run`, `task`, `code`, `dataset` or `shard`.
    package let kind: String
    /// The identifier within its kind.
    package let id: String
    /// One line for people.
    package let title: String
    /// The digest that names the bytes, when there are bytes.
    package let digest: Digest?
    /// Facts, in the order to show.
    package let facts: [Fact]

    /// Makes a link.
    package init(kind: String, id: String, title: String, digest: Digest? = nil, facts: [Fact] = []) {
        self.kind = kind
        self.id = id
        self.title = title
        self.digest = digest
        self.facts = facts
    }
}

/// A whole trace, from the outcome back to the data.
package struct TraceReply: Codable, Sendable, Equatable {
    /// What was asked for.
    package let id: String
    /// The links, effect before cause.
    package let nodes: [TraceNode]
    /// Where the chain ends early and why; empty when it is whole.
    package let gaps: [String]

    /// Makes a reply.
    package init(id: String, nodes: [TraceNode], gaps: [String]) {
        self.id = id
        self.nodes = nodes
        self.gaps = gaps
    }
}
