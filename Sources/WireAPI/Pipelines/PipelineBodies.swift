import Primitives

/// A code path of a definition as it was uploaded.
package struct CodeItemBody: Codable, Sendable, Equatable {
    /// As the definition writes it.
    package let path: String
    /// The object, or the tree.
    package let digest: Digest
    /// `file` or `tree`.
    package let kind: String

    /// Makes an item.
    package init(path: String, digest: Digest, kind: String) {
        self.path = path
        self.digest = digest
        self.kind = kind
    }
}

/// A definition to register.
package struct ApplyPipelineBody: Codable, Sendable, Equatable {
    /// The YAML file.
    package let source: String
    /// One item for each code path.
    package let code: [CodeItemBody]

    /// Makes a body.
    package init(source: String, code: [CodeItemBody]) {
        self.source = source
        self.code = code
    }
}

/// A version of a pipeline.
package struct PipelineBody: Codable, Sendable, Equatable {
    /// A parameter.
    package struct Parameter: Codable, Sendable, Equatable {
        /// Its name.
        package let name: String
        /// `string`, `integer`, `number`, `boolean` or `list`.
        package let type: String
        /// Nil makes it required.
        package let standard: JSONValue?
        /// For people; may be empty.
        package let description: String

        enum CodingKeys: String, CodingKey {
            case name, type, description
            case standard = "default"
        }

        /// Makes a value.
        package init(name: String, type: String, standard: JSONValue?, description: String) {
            self.name = name
            self.type = type
            self.standard = standard
            self.description = description
        }
    }

    /// A task, as far as the graph needs it.
    package struct Task: Codable, Sendable, Equatable {
        /// Its name.
        package let name: String
        /// Tasks that it waits for.
        package let upstream: [String]
        /// The length of the longest way to it.
        package let level: Int
        /// Names of its outputs.
        package let outputs: [String]
        /// The command as written.
        package let run: String

        /// Makes a value.
        package init(name: String, upstream: [String], level: Int, outputs: [String], run: String) {
            self.name = name
            self.upstream = upstream
            self.level = level
            self.outputs = outputs
            self.run = run
        }
    }

    /// The pipeline's name.
    package let name: String
    /// From 1.
    package let version: Int
    /// SHA-256 over the file and the digests of the code.
    package let digest: Digest
    /// For people; may be empty.
    package let description: String
    /// In file order.
    package let parameters: [Parameter]
    /// In an order in which each comes after what it waits for.
    package let tasks: [Task]
    /// The code paths.
    package let code: [CodeItemBody]
    /// Who applied it.
    package let actor: String
    /// When.
    package let createdAt: Timestamp
    /// The YAML file.
    package let source: String

    enum CodingKeys: String, CodingKey {
        case name, version, digest, description, parameters, tasks, code, actor, source
        case createdAt = "created_at"
    }

    /// Makes a body.
    package init(
        name: String,
        version: Int,
        digest: Digest,
        description: String,
        parameters: [Parameter],
        tasks: [Task],
        code: [CodeItemBody],
        actor: String,
        createdAt: Timestamp,
        source: String
    ) {
        self.name = name
        self.version = version
        self.digest = digest
        self.description = description
        self.parameters = parameters
        self.tasks = tasks
        self.code = code
        self.actor = actor
        self.createdAt = createdAt
        self.source = source
    }
}

/// Every pipeline.
package struct PipelineListBody: Codable, Sendable, Equatable {
    /// One pipeline.
    package struct Item: Codable, Sendable, Equatable {
        /// Its name.
        package let name: String
        /// Its newest version.
        package let version: Int
        /// For people; may be empty.
        package let description: String
        /// When it was first applied.
        package let createdAt: Timestamp

        enum CodingKeys: String, CodingKey {
            case name, version, description
            case createdAt = "created_at"
        }

        /// Makes an item.
        package init(name: String, version: Int, description: String, createdAt: Timestamp) {
            self.name = name
            self.version = version
            self.description = description
            self.createdAt = createdAt
        }
    }

    /// By name.
    package let pipelines: [Item]

    /// Makes a body.
    package init(pipelines: [Item]) { self.pipelines = pipelines }
}
