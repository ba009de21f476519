import Primitives
import WireAPI

/// The walk from an outcome back to its data, effect before cause.
struct TracePage: ConsolePage {
    static let template = "trace"
    static let section: PageFrame.Section? = nil
    let heading: String

    struct Link: Sendable, Hashable {
        let kind: String
        let title: String
        let titleHref: String?
        let digest: DigestLabel?
        let facts: [Fact]
    }

    let links: [Link]
    let gaps: [String]
    let hasGaps: Bool

    init(_ trace: TraceReply) {
        heading = "Trace of \(SVG.clip(trace.id, to: 60))"
        links = trace.nodes.map { node in
            Link(
                kind: node.kind.replacing("_", with: " "),
                title: node.title,
                titleHref: Self.href(node),
                digest: node.digest.map { DigestLabel($0.description) },
                facts: node.facts.map {
                    Fact($0.name, $0.value.hasPrefix("sha256:") ? Wording.short($0.value) : $0.value)
                }
            )
        }
        gaps = trace.gaps
        hasGaps = !trace.gaps.isEmpty
    }

    private static func href(_ node: TraceNode) -> String? {
        switch node.kind {
        case "endpoint": ConsolePath.endpoint(node.id)
        case "training_run": ConsolePath.run(node.id)
        case "pipeline_run": ConsolePath.pipelineRun(node.id)
        default: nil
        }
    }
}
