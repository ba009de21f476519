import Primitives

/// Every registered model with its aliases and where it runs.
struct ModelsPage: ConsolePage {
    static let template = "models"
    static let section: PageFrame.Section? = .models
    let heading = "Models"

    struct Row: Sendable, Hashable {
        let name: String
        let href: String
        let description: String
        let latest: String
        let latestHref: String?
        let aliases: [Fact]
        let endpoints: [Fact]
        let when: Moment?
    }

    let rows: [Row]
    let isEmpty: Bool

    init(_ models: [Console.Model], now: Timestamp) {
        rows = models.map { model in
            let newest = model.versions.first
            return Row(
                name: model.name,
                href: ConsolePath.model(model.name),
                description: model.description,
                latest: newest.map { "v\($0.version)" } ?? "–",
                latestHref: newest.map { ConsolePath.version(model.name, $0.version) },
                aliases: model.aliases.map {
                    Fact($0.alias, "\($0.alias) → v\($0.version)", link: ConsolePath.version(model.name, $0.version))
                },
                endpoints: model.versions.flatMap(\.deployments).map {
                    Fact("endpoint", $0.endpoint, link: ConsolePath.endpoint($0.endpoint))
                },
                when: newest.map { Moment($0.createdAt, now: now) }
            )
        }
        isEmpty = rows.isEmpty
    }
}

/// One model: aliases, gates, versions, and the lineage of the one in use.
struct ModelPage: ConsolePage {
    static let template = "model"
    static let section: PageFrame.Section? = .models
    let heading: String
    let crumbs = [PageFrame.Crumb("Models", "/models")]

    struct AliasRow: Sendable, Hashable {
        let alias: String
        let target: String
        let targetHref: String
        let movedBy: String
        let movedAt: Moment
    }

    struct GateRow: Sendable, Hashable {
        let gate: String
        let requires: [String]
        let setBy: String
        let setAt: Moment
    }

    struct Row: Sendable, Hashable {
        let version: String
        let versionHref: String
        let anchor: String
        let aliases: [String]
        let stage: String
        let verdict: Badge
        let verdictWords: String
        let endpoints: [Fact]
        let when: Moment
        let createdBy: String
        let package: DigestLabel?
    }

    let description: String
    let tags: [String]
    let hasTags: Bool
    let aliasRows: [AliasRow]
    let hasAliases: Bool
    let gateRows: [GateRow]
    let hasGates: Bool
    let rows: [Row]
    let isEmpty: Bool
    let isCut: Bool
    let subject: String
    let graph: Markup
    let hasGraph: Bool

    init(_ model: Console.Model, lineage: Console.Lineage?, now: Timestamp) {
        heading = model.name
        description = model.description
        tags = model.tags.sorted { $0.key < $1.key }.map { "\($0.key): \(SVG.clip($0.value, to: 80))" }
        hasTags = !tags.isEmpty
        aliasRows = model.aliases.map {
            AliasRow(
                alias: $0.alias,
                target: "v\($0.version)",
                targetHref: ConsolePath.version(model.name, $0.version),
                movedBy: $0.movedBy,
                movedAt: Moment($0.movedAt, now: now)
            )
        }
        hasAliases = !aliasRows.isEmpty
        gateRows = model.gates.map {
            GateRow(gate: $0.target, requires: $0.requires, setBy: $0.setBy, setAt: Moment($0.setAt, now: now))
        }
        hasGates = !gateRows.isEmpty
        rows = model.versions.map { Self.row($0, now: now) }
        isEmpty = rows.isEmpty
        isCut = rows.count >= ConsoleData.shownVersions
        subject = Self.subject(model).map { "v\($0.version)" } ?? ""
        graph = lineage.map { LineageDrawing.svg($0, label: "Lineage") } ?? Markup("")
        hasGraph = !graph.html.isEmpty
    }

    /// The version whose lineage the page draws: one that runs, the champion, or the newest.
    static func subject(_ model: Console.Model) -> Console.ModelVersion? {
        model.versions.first { !$0.deployments.isEmpty } ?? model.versions.first { $0.aliases.contains("champion") }
            ?? model.versions.first
    }

    private static func row(_ version: Console.ModelVersion, now: Timestamp) -> Row {
        let failed = version.attestations.count { !$0.passed }, all = version.attestations.count
        return Row(
            version: "v\(version.version)",
            versionHref: ConsolePath.version(version.model, version.version),
            anchor: "v\(version.version)",
            aliases: version.aliases,
            stage: version.stage == "None" ? "–" : version.stage,
            verdict: all == 0 ? Badge("none", .idle) : failed == 0 ? Badge("passed", .ok) : Badge("failed", .bad),
            verdictWords: all == 0 ? "nothing attested" : "\(all - failed) of \(all) passed",
            endpoints: version.deployments.map {
                Fact("endpoint", $0.endpoint, link: ConsolePath.endpoint($0.endpoint))
            },
            when: Moment(version.createdAt, now: now),
            createdBy: version.createdBy,
            package: version.packageDigest.map { DigestLabel($0) }
        )
    }
}
