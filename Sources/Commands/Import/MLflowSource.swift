import Primitives

/// Where records come from: an MLflow server, or the SQLite file of one. Both give the same records; artifact locations are
/// already those that the files have here.
protocol MLflowSource: Sendable {
    /// What to call it in the journal: no credentials in it.
    var name: String { get }

    /// Every experiment, deleted ones too.
    func experiments() async throws -> [ImportedExperiment]

    /// A page of an experiment's runs, deleted ones too.
    func runs(of experiment: Int64, after token: String?) async throws -> SourcePage<SourceRun>

    /// A page of a run's points, in any order.
    func series(of run: SourceRun, after token: String?) async throws -> SourcePage<ImportedSeries>

    /// A page of an experiment's logged models.
    func loggedModels(of experiment: Int64, after token: String?) async throws -> SourcePage<ImportedLoggedModel>

    /// A page of an experiment's traces with their spans, at most 20.
    func traces(of experiment: Int64, after token: String?) async throws -> SourcePage<SourceTrace>

    /// Every registered model with its versions, prompts too.
    func registeredModels() async throws -> [ImportedRegisteredModel]

    /// Calls back with every file below the artifact locations of the experiments.
    func artifacts(
        of experiments: [ImportedExperiment],
        _ visit: (SourceArtifact) async throws -> Void
    ) async throws

    /// What the source has that is not brought over: a word and a number each.
    func leftBehind() async throws -> [(what: String, count: Int64)]
}

/// Some records and where the next ones begin.
struct SourcePage<Element: Sendable>: Sendable {
    let elements: [Element]
    let next: String?
}

/// A run and the metrics that it has.
struct SourceRun: Sendable {
    let record: ImportedRun
    let metricKeys: [String]
}

/// A file of the source.
struct SourceArtifact: Sendable {
    /// Its path below the artifact root, here.
    let path: String
    /// Bytes.
    let size: Int64
    /// Whether `fetch` makes a copy, which its caller removes.
    let isRemote: Bool
    /// A local file with its bytes.
    let fetch: @Sendable () async throws -> String
}

/// Turns the source's artifact locations into those that the files have here: below `mlflow-artifacts:/`.
struct ArtifactPlaces: Sendable {
    private let prefixes: [(from: String, to: String)]

    /// Takes each experiment's number with its location at the source.
    init(_ experiments: [(id: Int64, location: String)]) {
        prefixes =
            experiments
            .map { (Self.trimmed($0.location), Self.root(of: $0.id, $0.location)) }
            .sorted { $0.0.count > $1.0.count }
            .map { (from: $0.0, to: $0.1) }
    }

    /// The location here of an experiment: proxied locations are kept, files move below the experiment's number, and what lies
    /// in a store of its own (`s3://…`) stays where it is.
    static func root(of experiment: Int64, _ location: String) -> String {
        if let path = proxied(location) { return "mlflow-artifacts:/\(path)" }
        return localPath(location) == nil ? trimmed(location) : "mlflow-artifacts:/\(experiment)"
    }

    /// A location here for a location there.
    func here(_ location: String) -> String {
        for (from, to) in prefixes where location == from || location.hasPrefix(from + "/") {
            return to + location.dropFirst(from.count)
        }
        if let path = Self.proxied(location) { return "mlflow-artifacts:/\(path)" }
        return location
    }

    /// The path below the artifact root, for `mlflow-artifacts:/path` and `mlflow-artifacts://host/path`.
    static func proxied(_ location: String) -> String? {
        guard location.hasPrefix("mlflow-artifacts:") else { return nil }
        var rest = location.dropFirst("mlflow-artifacts:".count)
        if rest.hasPrefix("//") {
            rest = rest.dropFirst(2)
            rest = rest.drop { $0 != "/" }
        }
        return trimmed(String(rest.drop { $0 == "/" }))
    }

    /// The path of a location in the file system, else nil.
    static func localPath(_ location: String) -> String? {
        if location.hasPrefix("file://") { return trimmed(String(location.dropFirst(7))) }
        if location.hasPrefix("file:") { return trimmed(String(location.dropFirst(5))) }
        return location.contains(":") ? nil : trimmed(location)
    }

    private static func trimmed(_ text: String) -> String {
        var text = text[...]
        while text.count > 1, text.hasSuffix("/") { text = text.dropLast() }
        return String(text)
    }
}
