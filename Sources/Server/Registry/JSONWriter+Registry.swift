import Primitives
import Registry
import WireAPI

/// MLflow's JSON of the registry's values (`model_registry.proto`).
extension JSONWriter {
    private mutating func tag(_ tag: ModelTag) {
        object {
            $0.member("key", tag.key)
            $0.member("value", tag.value)
        }
    }

    mutating func members(of model: RegisteredModel) {
        member("name", model.name)
        member("creation_timestamp", model.creationTime.milliseconds)
        member("last_updated_timestamp", model.lastUpdateTime.milliseconds)
        member("description", model.description)
        if !model.latestVersions.isEmpty {
            array("latest_versions", model.latestVersions) { writer, version in
                writer.object { $0.members(of: version) }
            }
        }
        if !model.tags.isEmpty { array("tags", model.tags) { $0.tag($1) } }
        if !model.aliases.isEmpty {
            array("aliases", model.aliases) { writer, alias in
                writer.object {
                    $0.member("alias", alias.alias)
                    $0.member("version", String(alias.version))
                }
            }
        }
    }

    mutating func members(of version: ModelVersion) {
        member("name", version.model)
        member("version", String(version.version))
        member("creation_timestamp", version.creationTime.milliseconds)
        member("last_updated_timestamp", version.lastUpdateTime.milliseconds)
        member("user_id", version.createdBy)
        member("current_stage", version.stage)
        member("description", version.description)
        member("source", version.source)
        member("run_id", version.runID)
        member("status", "READY")
        member("run_link", version.runLink)
        member("model_id", version.modelID)
        if !version.tags.isEmpty { array("tags", version.tags) { $0.tag($1) } }
        if !version.aliases.isEmpty { array("aliases", version.aliases) { $0.element($1) } }
    }
}
