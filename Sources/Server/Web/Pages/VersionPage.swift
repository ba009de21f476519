import Primitives

/// One version of a model: what it is, where it runs, what was attested, what it was made of.
struct VersionPage: ConsolePage {
    static let template = "version"
    static let section: PageFrame.Section? = .models
    let heading: String
    let crumbs: [PageFrame.Crumb]

    struct AttestationLine: Sendable, Hashable {
        let verdict: Badge
        let kind: String
        let reasons: [String]
        let by: String
        let at: Moment
    }

    struct DeploymentLine: Sendable, Hashable {
        let endpoint: String
        let endpointHref: String
        let since: Moment
        let deployedBy: String
    }

    struct File: Sendable, Hashable {
        let path: String
        let size: String
        let digest: DigestLabel
    }

    let description: String
    let aliases: [String]
    let hasAliases: Bool
    let signed: Badge
    let package: DigestLabel?
    let facts: [Fact]
    let deployments: [DeploymentLine]
    let isDeployed: Bool
    let attestations: [AttestationLine]
    let isUntested: Bool
    let missing: [String]
    let isMissing: Bool
    let graph: Markup
    let hasGraph: Bool
    let isGraphCut: Bool
    let files: [File]
    let hasFiles: Bool
    let hasMoreFiles: Bool
    let fileCount: String
    let tags: [Fact]
    let hasTags: Bool
    let deployHint: String

    init(_ detail: Console.VersionDetail, now: Timestamp) {
        let version = detail.version
        heading = "\(version.model) v\(version.version)"
        crumbs = [
            PageFrame.Crumb("Models", "/models"), PageFrame.Crumb(version.model, ConsolePath.model(version.model)),
        ]
        description = version.description
        aliases = version.aliases
        hasAliases = !aliases.isEmpty
        signed = version.keyID == nil ? Badge("no package", .idle) : Badge("signed", .ok)
        self.package = version.packageDigest.map { DigestLabel($0) }
        facts = Self.facts(version)
        deployments = version.deployments.map {
            DeploymentLine(
                endpoint: $0.endpoint,
                endpointHref: ConsolePath.endpoint($0.endpoint),
                since: Moment($0.since, now: now),
                deployedBy: $0.by
            )
        }
        isDeployed = !deployments.isEmpty
        attestations = version.attestations.sorted { $0.madeAt > $1.madeAt }.map { attestation in
            AttestationLine(
                verdict: Badge(state: attestation.passed ? "passed" : "failed"),
                kind: attestation.kind,
                reasons: attestation.reasons,
                by: attestation.madeBy,
                at: Moment(attestation.madeAt, now: now)
            )
        }
        isUntested = attestations.isEmpty
        let passed = Set(version.attestations.filter(\.passed).map(\.kind))
        missing = detail.gates.compactMap { gate in
            let lacking = gate.requires.filter { !passed.contains($0) }
            return lacking.isEmpty ? nil : "\(gate.target) asks for: \(lacking.joined(separator: ", "))"
        }
        isMissing = !missing.isEmpty
        graph = LineageDrawing.svg(detail.lineage, label: "Lineage")
        hasGraph = !graph.html.isEmpty
        isGraphCut = detail.lineage.isCut
        files = (detail.files ?? []).map {
            File(path: $0.path, size: Wording.bytes($0.bytes), digest: DigestLabel($0.digest))
        }
        hasFiles = !files.isEmpty
        hasMoreFiles = detail.hasMoreFiles
        fileCount =
            files.isEmpty
            ? "" : "\(files.count) files, \(Wording.bytes((detail.files ?? []).reduce(0) { $0 + $1.bytes }))"
        tags = version.tags.sorted { $0.key < $1.key }.map { Fact($0.key, $0.value) }
        hasTags = !tags.isEmpty
        deployHint = "\(version.model)@\(version.version)"
    }

    private static func facts(_ version: Console.ModelVersion) -> [Fact] {
        var facts = [
            Fact("Stage", version.stage), Fact("Created", "\(Wording.moment(version.createdAt)) UTC"),
            Fact("By", version.createdBy.isEmpty ? "–" : version.createdBy),
        ]
        if let run = version.runID { facts.append(Fact("Run", Wording.identifier(run), link: ConsolePath.run(run))) }
        if let run = version.pipelineRun {
            facts.append(Fact("Pipeline run", Wording.identifier(run), link: ConsolePath.pipelineRun(run)))
        }
        if let key = version.keyID { facts.append(Fact("Signed by key", Wording.short(key))) }
        if !version.source.isEmpty { facts.append(Fact("Source", SVG.clip(version.source, to: 120))) }
        facts.append(Fact("Walk", "trace to the data", link: ConsolePath.trace("\(version.model)@\(version.version)")))
        return facts
    }
}
