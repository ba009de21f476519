import Foundation
import Primitives

/// A digest as pages show it: its mark, its first digits, and the whole as a tooltip.
struct DigestLabel: Sendable, Hashable {
    let mark: Markup
    let short: String
    let full: String

    init(_ digest: String) {
        mark = DigestMark.svg(digest)
        short = Wording.short(digest)
        full = digest
    }
}

/// A name and a value in a list of facts.
struct Fact: Sendable, Hashable {
    let label: String
    let text: String
    let link: String?

    init(_ label: String, _ text: String, link: String? = nil) {
        self.label = label
        self.text = text
        self.link = link
    }
}

/// A moment as pages show it: how long ago, with the exact time as a tooltip.
struct Moment: Sendable, Hashable {
    let ago: String
    let exact: String
    let machine: String

    init(_ moment: Timestamp, now: Timestamp) {
        ago = Wording.ago(moment, now: now)
        exact = "\(Wording.moment(moment)) UTC"
        machine = moment.description
    }
}

/// A chart with its caption.
struct Figure: Sendable, Hashable {
    let caption: String
    let latest: String?
    let drawing: Markup
    let legend: [LineChart.Legend]
    let hasLegend: Bool

    init(_ chart: LineChart, latest: String? = nil) {
        caption = chart.title
        self.latest = latest
        drawing = chart.svg()
        legend = chart.legend
        hasLegend = !legend.isEmpty
    }
}

/// One line of the journal in a list.
struct JournalLine: Sendable, Hashable {
    let sequence: String
    let href: String
    let kind: String
    let subject: String
    let subjectWhole: String
    let subjectHref: String?
    let actor: String
    let when: Moment
    let summary: String
}

/// Addresses of the console's own pages.
enum ConsolePath {
    static func pipeline(_ name: String) -> String { "/pipelines/\(Wording.segment(name))" }
    static func pipelineRun(_ id: String) -> String { "/pipeline-runs/\(Wording.segment(id))" }
    static func taskInstances(_ run: String, _ task: String) -> String {
        "\(pipelineRun(run))/tasks/\(Wording.segment(task))"
    }
    static func run(_ id: String) -> String { "/runs/\(Wording.segment(id))" }
    static func model(_ name: String) -> String { "/models/\(Wording.segment(name))" }
    static func version(_ name: String, _ version: Int) -> String { "\(model(name))/\(version)" }
    static func endpoint(_ name: String) -> String { "/endpoints/\(Wording.segment(name))" }
    static func dataset(_ name: String, _ version: Int) -> String { "/data/\(Wording.segment(name))/\(version)" }
    static func entry(_ sequence: Int64) -> String { "/journal/\(sequence)" }
    static func trace(_ id: String) -> String { "/trace/\(Wording.segment(id))" }

    /// A path with query items; empty values are left out.
    static func with(_ path: String, _ query: [(String, String?)]) -> String {
        let items = query.compactMap { name, value in
            value.flatMap { $0.isEmpty ? nil : "\(name)=\(Wording.segment($0))" }
        }
        return items.isEmpty ? path : "\(path)?\(items.joined(separator: "&"))"
    }
}
