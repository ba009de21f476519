import Foundation
import Primitives
import Storage

/// The SQLite file of an MLflow server 2.x or 3.x, read while the server runs or not. Artifacts are read from the folder that
/// the server gives them out from, or where the experiments say they are.
struct MLflowDatabaseSource: MLflowSource {
    let name: String
    private let file: SQLiteFile
    private let artifactFolder: String?
    private let places: ArtifactPlaces
    /// Location at the source by experiment.
    private let locations: [Int64: String]

    /// Runs a page, and points a page.
    private static let runsPerPage = 100
    private static let pointsPerPage = 20_000

    /// Opens the file and checks that it is MLflow's.
    ///
    /// - Parameter artifactFolder: the server's `--artifacts-destination`, for locations that it proxies.
    /// - Throws: `file_missing`, `not_mlflow`.
    init(path: String, artifactFolder: String?) async throws {
        name = URL(fileURLWithPath: path).lastPathComponent
        file = try SQLiteFile(path: path)
        self.artifactFolder = artifactFolder
        let tables = try await file.read { reader in
            Set(try reader.query("SELECT name FROM sqlite_master WHERE type = 'table'").map { try $0.text("name") })
        }
        for needed in ["experiments", "runs", "metrics", "registered_models", "logged_models"]
        where !tables.contains(needed) {
            throw PlatformError(
                ErrorCode("not_mlflow", .invalidArgument),
                "'\(path)' has no table '\(needed)': it is no database of MLflow 3.",
                nextStep: "Upgrade a copy of an older one with 'mlflow db upgrade sqlite:///COPY' first."
            )
        }
        let rows = try await file.read { reader in
            try reader.query("SELECT experiment_id, artifact_location FROM experiments").map {
                (id: try $0.integer("experiment_id"), location: try $0.optionalText("artifact_location") ?? "")
            }
        }
        places = ArtifactPlaces(rows)
        locations = Dictionary(rows.map { ($0.id, $0.location) }, uniquingKeysWith: { first, _ in first })
    }

    func experiments() async throws -> [ImportedExperiment] {
        try await file.read { reader in
            let tags = try Self.pairs("SELECT experiment_id AS owner, key, value FROM experiment_tags", [], reader)
            return try reader.query("SELECT * FROM experiments ORDER BY experiment_id").map { row in
                let id = try row.integer("experiment_id")
                return ImportedExperiment(
                    id: id,
                    name: try row.text("name"),
                    artifactLocation: ArtifactPlaces.root(of: id, try row.optionalText("artifact_location") ?? ""),
                    lifecycleStage: try row.optionalText("lifecycle_stage") ?? "active",
                    creationTime: try row.optionalInteger("creation_time") ?? 0,
                    lastUpdateTime: try row.optionalInteger("last_update_time") ?? 0,
                    tags: tags["\(id)"] ?? []
                )
            }
        }
    }

    func runs(of experiment: Int64, after token: String?) async throws -> SourcePage<SourceRun> {
        let places = places
        let runs = try await file.read { reader in
            let rows = try reader.query(
                "SELECT * FROM runs WHERE experiment_id = ? AND run_uuid > ? ORDER BY run_uuid LIMIT \(Self.runsPerPage)",
                [.integer(experiment), .text(token ?? "")]
            )
            let details = try RunDetails(try rows.map { try $0.text("run_uuid") }, reader)
            return try rows.map { row in try details.run(row, places) }
        }
        return SourcePage(elements: runs, next: runs.count < Self.runsPerPage ? nil : runs.last?.record.id)
    }

    func series(of run: SourceRun, after token: String?) async throws -> SourcePage<ImportedSeries> {
        let offset = token.flatMap(Int64.init) ?? 0
        let id = run.record.id
        let rows = try await file.read { reader in
            // By row number: each row is read once, and a page begins where the last one ended.
            try reader.query(
                "SELECT rowid AS place, key, timestamp, step, value, is_nan FROM metrics WHERE run_uuid = ? AND rowid > ? "
                    + "ORDER BY rowid LIMIT \(Self.pointsPerPage)",
                [.text(id), .integer(offset)]
            ).map { row in
                (
                    place: try row.integer("place"), key: try row.text("key"), timestamp: try row.integer("timestamp"),
                    step: try row.integer("step"), value: try row.bool("is_nan") ? nil : row.real("value")
                )
            }
        }
        let series = Dictionary(grouping: rows, by: \.key).map { key, points in
            ImportedSeries(
                runID: id,
                key: key,
                timestamps: points.map(\.timestamp),
                steps: points.map(\.step),
                values: points.map(\.value)
            )
        }
        return SourcePage(
            elements: series,
            next: rows.count < Self.pointsPerPage ? nil : rows.last.map { "\($0.place)" }
        )
    }

    func loggedModels(of experiment: Int64, after token: String?) async throws -> SourcePage<ImportedLoggedModel> {
        let places = places
        let models = try await file.read { reader in
            let rows = try reader.query(
                "SELECT * FROM logged_models WHERE experiment_id = ? AND model_id > ? ORDER BY model_id "
                    + "LIMIT \(Self.runsPerPage)",
                [.integer(experiment), .text(token ?? "")]
            )
            let owners = Owners(try rows.map { try $0.text("model_id") })
            let tags = try Self.pairs(
                "SELECT model_id AS owner, tag_key AS key, tag_value AS value FROM logged_model_tags "
                    + "WHERE model_id IN \(owners.list)",
                owners.values,
                reader
            )
            let params = try Self.pairs(
                "SELECT model_id AS owner, param_key AS key, param_value AS value FROM logged_model_params "
                    + "WHERE model_id IN \(owners.list)",
                owners.values,
                reader
            )
            var metrics: [String: [ImportedMeasure]] = [:]
            for row in try reader.query(
                "SELECT * FROM logged_model_metrics WHERE model_id IN \(owners.list)",
                owners.values
            ) {
                metrics[try row.text("model_id"), default: []].append(
                    ImportedMeasure(
                        key: try row.text("metric_name"),
                        value: try row.optionalReal("metric_value"),
                        timestamp: try row.integer("metric_timestamp_ms"),
                        step: try row.integer("metric_step"),
                        runID: try row.text("run_id"),
                        datasetName: try row.optionalText("dataset_name"),
                        datasetDigest: try row.optionalText("dataset_digest")
                    )
                )
            }
            return try rows.map { row in
                let id = try row.text("model_id")
                let status = try row.integer("status")
                let words = [
                    "LOGGED_MODEL_STATUS_UNSPECIFIED", "LOGGED_MODEL_PENDING", "LOGGED_MODEL_READY",
                    "LOGGED_MODEL_UPLOAD_FAILED",
                ]
                return ImportedLoggedModel(
                    id: id,
                    experimentID: try row.integer("experiment_id"),
                    name: try row.text("name"),
                    artifactLocation: places.here(try row.text("artifact_location")),
                    creationTime: try row.integer("creation_timestamp_ms"),
                    lastUpdateTime: try row.integer("last_updated_timestamp_ms"),
                    status: words.indices.contains(Int(status)) ? words[Int(status)] : words[0],
                    lifecycleStage: try row.optionalText("lifecycle_stage") ?? "active",
                    modelType: try row.optionalText("model_type"),
                    sourceRunID: try row.optionalText("source_run_id"),
                    tags: tags[id] ?? [],
                    params: params[id] ?? [],
                    metrics: metrics[id] ?? []
                )
            }
        }
        return SourcePage(elements: models, next: models.count < Self.runsPerPage ? nil : models.last?.id)
    }

    /// None: a database of MLflow keeps spans in forms of its own; a server reads them.
    func traces(of experiment: Int64, after token: String?) async throws -> SourcePage<SourceTrace> {
        SourcePage(elements: [], next: nil)
    }

    func registeredModels() async throws -> [ImportedRegisteredModel] {
        let places = places
        return try await file.read { reader in
            let tags = try Self.pairs("SELECT name AS owner, key, value FROM registered_model_tags", [], reader)
            let aliases = try Self.pairs(
                "SELECT name AS owner, alias AS key, CAST(version AS TEXT) AS value FROM registered_model_aliases",
                [],
                reader
            )
            let versionTags = try Self.pairs(
                "SELECT CAST(version AS TEXT) || ':' || name AS owner, key, value FROM model_version_tags",
                [],
                reader
            )
            var versions: [String: [ImportedModelVersion]] = [:]
            for row in try reader.query("SELECT * FROM model_versions WHERE current_stage <> 'Deleted_Internal'") {
                let (model, number) = (try row.text("name"), try row.integer("version"))
                versions[model, default: []].append(
                    try Self.version(row, tags: versionTags["\(number):\(model)"] ?? [], places)
                )
            }
            return try reader.query("SELECT * FROM registered_models ORDER BY name").map { row in
                let name = try row.text("name")
                return ImportedRegisteredModel(
                    name: name,
                    description: try row.optionalText("description"),
                    creationTime: try row.optionalInteger("creation_time") ?? 0,
                    lastUpdateTime: try row.optionalInteger("last_updated_time") ?? 0,
                    tags: tags[name] ?? [],
                    aliases: aliases[name] ?? [],
                    versions: versions[name] ?? []
                )
            }
        }
    }

    func artifacts(
        of experiments: [ImportedExperiment],
        _ visit: (SourceArtifact) async throws -> Void
    ) async throws {
        for experiment in experiments {
            let location = locations[experiment.id] ?? ""
            guard let root = ArtifactPlaces.proxied(experiment.artifactLocation) else { continue }
            let folder: String
            if let path = ArtifactPlaces.localPath(location) {
                folder = path
            } else if let artifactFolder, let path = ArtifactPlaces.proxied(location) {
                folder = "\(artifactFolder)/\(path)"
            } else {
                continue
            }
            for file in try Self.files(below: folder) {
                try await visit(
                    SourceArtifact(path: "\(root)/\(file.path)", size: file.size, isRemote: false) {
                        "\(folder)/\(file.path)"
                    }
                )
            }
        }
    }

    func leftBehind() async throws -> [(what: String, count: Int64)] {
        let needsFolder = artifactFolder == nil
        return try await file.read { reader in
            func count(_ sql: String) throws -> Int64 { try reader.first(sql)?.integer("total") ?? 0 }
            var left = [
                (
                    "traces (a running server gives them: import from its address)",
                    try count("SELECT COUNT(*) AS total FROM trace_info")
                ),
                ("webhooks", try count("SELECT COUNT(*) AS total FROM webhooks WHERE deleted_timestamp IS NULL")),
            ]
            if needsFolder {
                let sql = "SELECT COUNT(*) AS total FROM experiments WHERE artifact_location LIKE 'mlflow-artifacts:%'"
                left.append(("artifact folders (name it with --artifacts), experiments", try count(sql)))
            }
            return left.filter { $0.1 > 0 }.map { (what: $0.0, count: $0.1) }
        }
    }
}

extension MLflowDatabaseSource {
    /// Owners of rows, as a list of placeholders and its values.
    struct Owners {
        let list: String
        let values: [SQLValue]

        init(_ ids: [String]) {
            list = "(" + ids.map { _ in "?" }.joined(separator: ", ") + ")"
            values = ids.map(SQLValue.text)
        }
    }

    /// Keys and values by the column `owner`.
    static func pairs(
        _ sql: String,
        _ arguments: [SQLValue],
        _ reader: any SQLReader
    ) throws -> [String: [ImportedPair]] {
        var result: [String: [ImportedPair]] = [:]
        for row in try reader.query(sql, arguments) {
            let owner: String
            switch try row.value("owner") {
            case .integer(let number): owner = "\(number)"
            default: owner = try row.text("owner")
            }
            result[owner, default: []].append(
                ImportedPair(try row.text("key"), try row.optionalText("value") ?? "")
            )
        }
        return result
    }

    private static func version(
        _ row: SQLRow,
        tags: [ImportedPair],
        _ places: ArtifactPlaces
    ) throws -> ImportedModelVersion {
        let source = places.here(try row.optionalText("source") ?? "")
        return ImportedModelVersion(
            version: try row.integer("version"),
            description: try row.optionalText("description"),
            source: source,
            storageLocation: try row.optionalText("storage_location").map(places.here) ?? source,
            runID: try row.optionalText("run_id"),
            runLink: try row.optionalText("run_link"),
            modelID: nil,
            stage: try row.optionalText("current_stage") ?? "None",
            creationTime: try row.optionalInteger("creation_time") ?? 0,
            lastUpdateTime: try row.optionalInteger("last_updated_time") ?? 0,
            createdBy: try row.optionalText("user_id") ?? "",
            tags: tags
        )
    }

    /// The regular files below a folder, by relative path. Symbolic links are not followed.
    static func files(below folder: String) throws -> [(path: String, size: Int64)] {
        guard let paths = FileManager.default.enumerator(atPath: folder) else { return [] }
        var found: [(path: String, size: Int64)] = []
        while let path = paths.nextObject() as? String {
            guard let attributes = paths.fileAttributes, attributes[.type] as? FileAttributeType == .typeRegular else {
                continue
            }
            found.append((path, (attributes[.size] as? NSNumber)?.int64Value ?? 0))
        }
        return found.sorted { $0.path < $1.path }
    }
}
