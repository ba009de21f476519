import Client
import Foundation
import Primitives
import WireAPI

extension MLflowExporter {
    private struct Answer: Decodable {
        struct Model: Decodable {
            struct Info: Decodable {
                let modelId: String
                let artifactUri: String?
            }

            let info: Info
        }

        let model: Model
    }

    /// Logged models, before the runs that link to them; their source run's identifier there is not known yet, so it is left to
    /// the run's own link.
    func exportModels(of experiment: ImportedExperiment) async throws {
        var token: String?
        repeat {
            let page = try await source.loggedModels(of: experiment.id, after: token)
            for model in page.elements { try await export(model) }
            token = page.next
        } while token != nil
    }

    private func export(_ model: ImportedLoggedModel) async throws {
        if ledger.isDone("logged model", model.id) {
            count("logged models", written: false)
            return
        }
        let experiment = try number("experiment", "\(model.experimentID)")
        var made: Answer?
        let there = try await make("logged model", model.id) {
            try await self.stray(model, in: experiment)
        } create: {
            let answer: Answer = try await self.target.send(
                "logged-models",
                [
                    "experiment_id": .string(experiment), "name": .string(model.name),
                    "model_type": model.modelType.map(JSONValue.string) ?? .null,
                    "params": .array(model.params.map(\.json)), "tags": .array(model.tags.map(\.json)),
                ]
            )
            made = answer
            return answer.model.info.modelId
        }
        let answer: Answer
        if let made { answer = made } else { answer = try await target.get("logged-models/\(there)", [:]) }
        let (id, location) = (answer.model.info.modelId, answer.model.info.artifactUri ?? "")
        try await copyArtifacts(from: model.artifactLocation, to: location)
        try ledger.note("location", model.artifactLocation, location, done: true)
        if model.status != "LOGGED_MODEL_PENDING" {
            try await target.tell(
                "logged-models/\(id)",
                ["model_id": .string(id), "status": .string(model.status)],
                patch: true
            )
        }
        try ledger.note("logged model", model.id, id, done: true)
        count("logged models", written: true)
    }

    /// A logged model there that looks as this one does when it is created, and that no model became.
    private func stray(_ model: ImportedLoggedModel, in experiment: String) async throws -> String? {
        try await search { token in
            let page: MLflowReplies.LoggedModels = try await self.target.send(
                "logged-models/search",
                ["experiment_ids": [.string(experiment)], "max_results": 50, "page_token": token]
            )
            let found = try (page.models ?? []).map { try $0.record(ArtifactPlaces([])) }.first {
                $0.name == model.name && $0.modelType == model.modelType && Set($0.params) == Set(model.params)
                    && Set($0.tags) == Set(model.tags) && !self.ledger.owns("logged model", $0.id)
            }
            return (found?.id, page.nextPageToken)
        }
    }

    /// A registered model. Its versions get the numbers that they have here: where one was deleted, one is made there and deleted.
    func export(_ model: ImportedRegisteredModel) async throws {
        if ledger.isDone("registered model", model.name) {
            count("registered models", written: false)
            return
        }
        let name = JSONValue.string(model.name)
        _ = try await make("registered model", model.name) {
            try await self.isThere("registered-models/get", ["name": model.name]) ? model.name : nil
        } create: {
            try await self.target.tell(
                "registered-models/create",
                [
                    "name": name, "description": model.description.map(JSONValue.string) ?? .null,
                    "tags": .array(model.tags.map(\.json)),
                ]
            )
            return model.name
        }
        var next: Int64 = 1
        for version in model.versions {
            while next <= version.version {
                let isGap = next < version.version
                try await export(version, next, of: model.name, isGap: isGap)
                next += 1
            }
        }
        for alias in model.aliases {
            try await target.tell(
                "registered-models/alias",
                ["name": name, "alias": .string(alias.key), "version": .string(alias.value)]
            )
        }
        try ledger.note("registered model", model.name, model.name, done: true)
        count("registered models", written: true)
    }

    private func export(
        _ version: ImportedModelVersion,
        _ number: Int64,
        of model: String,
        isGap: Bool
    ) async throws {
        let key = "\(number):\(model)"
        let name = JSONValue.string(model)
        if ledger.isDone("model version", key) { return }
        _ = try await make("model version", key) {
            try await self.isThere("model-versions/get", ["name": model, "version": "\(number)"]) ? "\(number)" : nil
        } create: {
            let source = self.place(version.source)
            try await self.target.tell(
                "model-versions/create",
                [
                    "name": name, "source": .string(source),
                    "run_id": version.runID.flatMap { self.ledger.target("run", $0) }.map(JSONValue.string) ?? .null,
                    "run_link": version.runLink.map(JSONValue.string) ?? .null,
                    "description": version.description.map(JSONValue.string) ?? .null,
                    "tags": .array(version.tags.map(\.json)),
                ]
            )
            return "\(number)"
        }
        if isGap {
            _ = try await target.client.sendRaw(
                .delete,
                path: "/api/2.0/mlflow/model-versions/delete",
                contentType: "application/json",
                body: CanonicalJSON.encode(JSONValue.object(["name": name, "version": .string("\(number)")]))
            )
        } else if version.stage != "None" {
            try await target.tell(
                "model-versions/transition-stage",
                [
                    "name": name, "version": .string("\(number)"), "stage": .string(version.stage),
                    "archive_existing_versions": false,
                ]
            )
        }
        try ledger.note("model version", key, "\(number)", done: true)
    }
}
