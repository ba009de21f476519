import Primitives

/// Every registered model with who is champion and who challenges.
struct ModelsPage: ConsolePage {
    static let template = "models"
    static let section: PageFrame.Section? = .models
    let heading = "Models"

    struct Row: Sendable, Hashable {
        let name: String
        let href: String
        let description: String
        let latest: String
        let aliases: [String]
        let endpoints: [Fact]
        let when: Moment?
    }

    let rows: [Row]
    let isEmpty: Bool

    init(_ models: [Console.Model], now: Timestamp) {
        rows = models.map { model in
            Row(
                name: model.name,
                href: ConsolePath.model(model.name),
                description: model.description,
                latest: model.versions.first.map { "v\($0.version)" } ?? "–",
                aliases: model.versions.flatMap { version in version.aliases.map { "\($0) → v\(version.version)" } },
                endpoints: model.versions.flatMap(\.endpoints).map {
                    Fact("endpoint", $0, link: ConsolePath.endpoint($0))
                },
                when: model.versions.first.map { Moment($0.createdAt, now: now) }
            )
        }
        isEmpty = rows.isEmpty
    }
}

/// One model: its versions, what was attested of each, and where each came from.
struct ModelPage: ConsolePage {
    static let template = "model"
    static let section: PageFrame.Section? = .models
    let heading: String
    let crumbs = [PageFrame.Crumb("Models", "/models")]

    struct Row: Sendable, Hashable {
        let version: String
        let anchor: String
        let aliases: [String]
        let when: Moment
        let createdBy: String
        let signed: Badge
        let package: DigestLabel?
        let attestations: [AttestationLine]
        let isUntested: Bool
        let endpoints: [Fact]
        let lineage: [Fact]
    }

    struct AttestationLine: Sendable, Hashable {
        let verdict: Badge
        let kind: String
        let reasons: [String]
        let by: String
        let at: Moment
    }

    let description: String
    let rows: [Row]
    let isEmpty: Bool

    init(_ model: Console.Model, now: Timestamp) {
        heading = model.name
        description = model.description
        rows = model.versions.map { Self.row($0, now: now) }
        isEmpty = rows.isEmpty
    }

    private static func row(_ version: Console.ModelVersion, now: Timestamp) -> Row {
        var lineage: [Fact] = []
        if let run = version.pipelineRun {
            lineage.append(Fact("Pipeline run", Wording.identifier(run), link: ConsolePath.pipelineRun(run)))
        }
        if let run = version.runID {
            lineage.append(Fact("Training run", Wording.identifier(run), link: ConsolePath.run(run)))
        }
        lineage.append(
            Fact("Walk", "trace to the data", link: ConsolePath.trace("\(version.model)@\(version.version)"))
        )
        return Row(
            version: "v\(version.version)",
            anchor: "v\(version.version)",
            aliases: version.aliases,
            when: Moment(version.createdAt, now: now),
            createdBy: version.createdBy,
            signed: version.keyID == nil ? Badge("no package", .idle) : Badge("signed", .ok),
            package: version.packageDigest.map { DigestLabel($0) },
            attestations: version.attestations.sorted { $0.madeAt > $1.madeAt }.map { attestation in
                AttestationLine(
                    verdict: Badge(state: attestation.passed ? "passed" : "failed"),
                    kind: attestation.kind,
                    reasons: attestation.reasons,
                    by: attestation.madeBy,
                    at: Moment(attestation.madeAt, now: now)
                )
            },
            isUntested: version.attestations.isEmpty,
            endpoints: version.endpoints.map { Fact("endpoint", $0, link: ConsolePath.endpoint($0)) },
            lineage: lineage
        )
    }
}
