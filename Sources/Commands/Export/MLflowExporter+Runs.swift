import Primitives
import Storage
import WireAPI

extension MLflowExporter {
    func exportRuns(of experiment: ImportedExperiment) async throws {
        var token: String?
        repeat {
            let page = try await source.runs(of: experiment.id, after: token)
            for run in page.elements {
                try await export(run)
                progress("experiment \(experiment.id): \(tallies["runs"]?.source ?? 0) runs")
            }
            token = page.next
        } while token != nil
    }

    private func export(_ run: SourceRun) async throws {
        let record = run.record
        if ledger.isDone("run", record.id) {
            count("runs", written: false)
            return
        }
        let id = try await begin(record)
        for part in parts(record.params) { try await log(id, "params", part) }
        for part in parts(record.tags) { try await log(id, "tags", part) }
        let sum = try await exportPoints(of: run, to: id)
        try await agreeing { try await exportLinks(of: record, to: id) }
        let there: MLflowReplies.OneRun = try await target.get("runs/get", ["run_id": id])
        try await copyArtifacts(from: record.artifactURI, to: there.run.info.artifactUri ?? "")
        try ledger.note("location", record.artifactURI, there.run.info.artifactUri ?? "", done: true)
        try await target.tell(
            "runs/update",
            [
                "run_id": .string(id), "status": .string(record.status),
                "end_time": record.endTime.map(JSONValue.integer) ?? .null,
            ]
        )
        let equal = try await isEqual(record, sum, id)
        if record.lifecycleStage == "deleted" { try await target.tell("runs/delete", ["run_id": .string(id)]) }
        try ledger.note("run", record.id, id, done: true)
        count("runs", written: true, equal: equal)
        if !equal { differences.append("run \(record.id) → \(id)") }
    }

    /// Links data sets and models. A run that was taken up again may have some already, and MLflow refuses a link twice.
    private func exportLinks(of record: ImportedRun, to id: String) async throws {
        guard !record.datasets.isEmpty || !record.modelInputs.isEmpty || !record.modelOutputs.isEmpty else { return }
        let answer: MLflowReplies.OneRun = try await target.get("runs/get", ["run_id": id])
        let there = try answer.run.record(ArtifactPlaces([])).record
        let read = Set(there.modelInputs.map(\.modelID)), made = Set(there.modelOutputs.map(\.modelID))
        let inputs = record.modelInputs.compactMap { model($0) }.filter { !read.contains($0) }
        if !record.datasets.isEmpty || !inputs.isEmpty {
            try await target.tell(
                "runs/log-inputs",
                [
                    "run_id": .string(id), "datasets": .array(record.datasets.map(Self.input)),
                    "models": .array(inputs.map { ["model_id": .string($0)] }),
                ]
            )
        }
        let outputs = record.modelOutputs.compactMap { link -> JSONValue? in
            guard let name = model(link), !made.contains(name) else { return nil }
            return ["model_id": .string(name), "step": .integer(link.step)]
        }
        if !outputs.isEmpty {
            try await target.tell("runs/outputs", ["run_id": .string(id), "models": .array(outputs)])
        }
    }

    /// Creates the run; one that was begun before is taken up again.
    private func begin(_ record: ImportedRun) async throws -> String {
        let experiment = try number("experiment", "\(record.experimentID)")
        return try await make("run", record.id) {
            try await self.stray(record, in: experiment)
        } create: {
            let made: MLflowReplies.OneRun = try await self.target.send(
                "runs/create",
                [
                    "experiment_id": .string(experiment), "user_id": .string(record.userID),
                    "run_name": .string(record.name), "start_time": .integer(record.startTime),
                ]
            )
            return made.run.info.runId
        }
    }

    /// A run there that looks as this one does when it is created, and that no run became.
    private func stray(_ record: ImportedRun, in experiment: String) async throws -> String? {
        try await search { token in
            let page: MLflowReplies.Runs = try await self.target.send(
                "runs/search",
                [
                    "experiment_ids": [.string(experiment)], "max_results": 1000, "run_view_type": "ALL",
                    "filter": .string("attributes.start_time = \(record.startTime)"), "page_token": token,
                ]
            )
            let found = (page.runs ?? []).map(\.info).first {
                ($0.runName ?? "") == record.name && !self.ledger.owns("run", $0.runId)
            }
            return (found?.runId, page.nextPageToken)
        }
    }

    private func exportPoints(of run: SourceRun, to id: String) async throws -> RecordSum {
        var sum = RecordSum()
        var token: String?
        repeat {
            let page = try await source.series(of: run, after: token)
            for series in page.elements {
                var rest = Array(series.values.indices)[...]
                while !rest.isEmpty {
                    let points = rest.prefix(Self.metricsPerBatch).map { place -> JSONValue in
                        sum.add(
                            key: series.key,
                            timestamp: series.timestamps[place],
                            step: series.steps[place],
                            value: series.values[place]
                        )
                        return [
                            "key": .string(series.key), "value": series.values[place].map(JSONValue.number) ?? "NaN",
                            "timestamp": .integer(series.timestamps[place]), "step": .integer(series.steps[place]),
                        ]
                    }
                    try await target.tell("runs/log-batch", ["run_id": .string(id), "metrics": .array(points)])
                    rest = rest.dropFirst(Self.metricsPerBatch)
                }
            }
            token = page.next
        } while token != nil
        return sum
    }

    /// Reads the run back and compares params, tags and every point.
    private func isEqual(_ record: ImportedRun, _ sum: RecordSum, _ id: String) async throws -> Bool {
        let answer: MLflowReplies.OneRun = try await target.get("runs/get", ["run_id": id])
        let there = MLflowServerSource(client: target.client, places: ArtifactPlaces([]))
        let run = try answer.run.record(ArtifactPlaces([]))
        var points = RecordSum()
        var token: String?
        repeat {
            let page = try await there.series(of: run, after: token)
            for series in page.elements {
                for place in series.values.indices {
                    points.add(
                        key: series.key,
                        timestamp: series.timestamps[place],
                        step: series.steps[place],
                        value: series.values[place]
                    )
                }
            }
            token = page.next
        } while token != nil
        return run.record.params == record.params && run.record.tags == record.tags && points == sum
            && run.record.datasets == record.datasets && run.record.endTime == record.endTime
            && run.record.startTime == record.startTime && run.record.status == record.status
    }

    private func log(_ id: String, _ kind: String, _ pairs: [ImportedPair]) async throws {
        let body: [String: JSONValue] = ["run_id": .string(id), kind: .array(pairs.map(\.json))]
        try await agreeing { try await target.tell("runs/log-batch", body) }
    }

    private func parts(_ pairs: [ImportedPair]) -> [[ImportedPair]] {
        stride(from: 0, to: pairs.count, by: Self.pairsPerBatch).map { begin in
            Array(pairs[begin..<min(begin + Self.pairsPerBatch, pairs.count)])
        }
    }

    private func model(_ link: ImportedModelLink) -> String? { ledger.target("logged model", link.modelID) }

    private static func input(_ input: ImportedDatasetInput) -> JSONValue {
        let dataset: [String: JSONValue] = [
            "name": .string(input.name), "digest": .string(input.digest), "source_type": .string(input.sourceType),
            "source": .string(input.source), "schema": input.schema.map(JSONValue.string) ?? .null,
            "profile": input.profile.map(JSONValue.string) ?? .null,
        ]
        return ["dataset": .object(dataset.filter { $0.value != .null }), "tags": .array(input.tags.map(\.json))]
    }
}

extension ImportedPair {
    /// The pair as MLflow's API writes it.
    var json: JSONValue { ["key": .string(key), "value": .string(value)] }
}
