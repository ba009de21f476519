import Primitives

/// Registered models as the files of an exported folder hold them, both ways.
extension MLflowFolder {
    /// - Parameter experimentOf: the name of the experiment of a run, which `import-all` makes the version's run in.
    static func write(_ model: ImportedRegisteredModel, experimentOf: (String) -> String?) -> OrderedJSON {
        let versions = model.versions.map { version -> OrderedJSON in
            let aliases = model.aliases.filter { $0.value == "\(version.version)" }.map { OrderedJSON.string($0.key) }
            return .members(
                ("name", .string(model.name)),
                ("version", .string("\(version.version)")),
                ("creation_timestamp", .integer(version.creationTime)),
                ("last_updated_timestamp", .integer(version.lastUpdateTime)),
                ("description", .string(version.description ?? "")),
                ("user_id", .string(version.createdBy)),
                ("current_stage", .string(version.stage)),
                ("source", .string(version.source)),
                ("storage_location", .string(version.storageLocation)),
                ("run_id", .string(version.runID ?? "")),
                ("run_link", .optional(version.runLink)),
                ("model_id", .optional(version.modelID)),
                ("status", .string("READY")),
                ("tags", map(version.tags)),
                ("aliases", .array(aliases)),
                ("_experiment_name", .optional(version.runID.flatMap(experimentOf)))
            )
        }
        return .members(
            (
                "registered_model",
                .members(
                    ("name", .string(model.name)),
                    ("creation_timestamp", .integer(model.creationTime)),
                    ("last_updated_timestamp", .integer(model.lastUpdateTime)),
                    ("description", .optional(model.description)),
                    (
                        "tags",
                        .array(model.tags.map { .members(("key", .string($0.key)), ("value", .string($0.value))) })
                    ),
                    (
                        "aliases",
                        .array(
                            model.aliases.map { .members(("alias", .string($0.key)), ("version", .string($0.value))) }
                        )
                    ),
                    ("versions", .array(versions))
                )
            )
        )
    }

    static func model(_ content: OrderedJSON, _ file: String) throws -> ImportedRegisteredModel {
        guard let model = content["registered_model"], let name = model["name"]?.stringValue else {
            throw unreadable(file)
        }
        func number(_ value: OrderedJSON, _ key: String) -> Int64 { value[key]?.integerValue ?? 0 }
        let versions = try (model["versions"]?.elements ?? []).map { version in
            guard let number = version["version"]?.integerValue else { throw unreadable(file) }
            let source = version["source"]?.stringValue ?? ""
            return ImportedModelVersion(
                version: number,
                description: version["description"]?.stringValue,
                source: source,
                storageLocation: version["storage_location"]?.stringValue ?? source,
                runID: version["run_id"]?.stringValue,
                runLink: version["run_link"]?.stringValue,
                modelID: version["model_id"]?.stringValue,
                stage: version["current_stage"]?.stringValue ?? "None",
                creationTime: version["creation_timestamp"]?.integerValue ?? 0,
                lastUpdateTime: version["last_updated_timestamp"]?.integerValue ?? 0,
                createdBy: version["user_id"]?.stringValue ?? "",
                tags: version.pairs("tags")
            )
        }
        return ImportedRegisteredModel(
            name: name,
            description: model["description"]?.stringValue,
            creationTime: number(model, "creation_timestamp"),
            lastUpdateTime: number(model, "last_updated_timestamp"),
            tags: model.pairs("tags"),
            aliases: (model["aliases"]?.elements ?? []).map {
                ImportedPair($0["alias"]?.stringValue ?? "", $0["version"]?.integerValue.map { "\($0)" } ?? "")
            },
            versions: versions
        )
    }
}
