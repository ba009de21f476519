import Primitives
import Storage

extension RunStore {
    /// Records the data sets and models that a run read. What is recorded already is left alone.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST`, `INVALID_PARAMETER_VALUE`.
    package func logInputs(run id: String, datasets: [DatasetInput], models: [ModelLink]) async throws {
        guard datasets.count <= TrackingLimits.datasetsPerRequest else {
            throw PlatformError.mlflowInvalid(
                "A request can name at most \(TrackingLimits.datasetsPerRequest) data sets. Got \(datasets.count)."
            )
        }
        for input in datasets { try Self.check(input) }
        try await database.write { transaction in
            let run = try Self.handle(id, transaction)
            try run.requireActive()
            for input in datasets { try Self.add(input, to: run, in: transaction) }
            for model in models { try Self.link(model, "input", to: run, in: transaction) }
        }
    }

    /// Records the models that a run made.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST`, `INVALID_PARAMETER_VALUE`.
    package func logOutputs(run id: String, models: [ModelLink]) async throws {
        try await database.write { transaction in
            let run = try Self.handle(id, transaction)
            try run.requireActive()
            for model in models { try Self.link(model, "output", to: run, in: transaction) }
        }
    }

    private static func check(_ input: DatasetInput) throws {
        let dataset = input.dataset
        if dataset.name.isEmpty { throw MLflowName.missing("name") }
        if dataset.digest.isEmpty { throw MLflowName.missing("digest") }
        try MLflowName.checkLength("name", dataset.name, upTo: 500)
        try MLflowName.checkLength("digest", dataset.digest, upTo: 36)
        try MLflowName.checkLength("source", dataset.source, upTo: 65_535)
        try MLflowName.checkLength("schema", dataset.schema ?? "", upTo: 1_048_575)
        try MLflowName.checkLength("profile", dataset.profile ?? "", upTo: 16_777_215)
        for tag in input.tags {
            try MLflowName.checkLength("key", tag.key, upTo: 255)
            try MLflowName.checkLength("value", tag.value, upTo: 500)
        }
    }

    static func add(_ input: DatasetInput, to run: RunHandle, in transaction: any SQLTransaction) throws {
        let dataset = input.dataset
        try transaction.execute(
            "INSERT INTO run_dataset (experiment_id, name, digest, source_type, source, schema, profile) "
                + "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (experiment_id, name, digest) DO NOTHING",
            [
                .integer(run.experimentID), .text(dataset.name), .text(dataset.digest), .text(dataset.sourceType),
                .text(dataset.source), .optional(dataset.schema), .optional(dataset.profile),
            ]
        )
        let context = input.tags.first { $0.key == DatasetInput.contextKey }?.value
        try transaction.execute(
            "INSERT INTO run_dataset_input (run_key, dataset_key, tags, context) "
                + "SELECT ?, dataset_key, ?, ? FROM run_dataset WHERE experiment_id = ? AND name = ? AND digest = ? "
                + "ON CONFLICT (run_key, dataset_key) DO NOTHING",
            [
                .integer(run.key), try .json(input.tags), .optional(context), .integer(run.experimentID),
                .text(dataset.name), .text(dataset.digest),
            ]
        )
    }

    static func link(
        _ model: ModelLink,
        _ direction: String,
        to run: RunHandle,
        in transaction: any SQLTransaction
    ) throws {
        try transaction.execute(
            "INSERT INTO run_model_link (run_key, direction, model_id, step) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
            [.integer(run.key), .text(direction), .text(model.modelID), .integer(model.step)]
        )
    }
}
