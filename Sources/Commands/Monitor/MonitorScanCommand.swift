import ArgumentParser
import Foundation
import Primitives
import Statistics

/// `aku monitor scan`: the stream detector over a file; needs no server.
package struct MonitorScanCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "scan",
        abstract: "Look for drift in a series of numbers, event by event; needs no server.",
        discussion: """
            One number a line, oldest first; an empty line or "nan" is a missing value. The first events are taken as good;
            each later one is judged with what came before it only. After an alarm the detector begins anew.
            Example:  jq .latency_ms requests.jsonl | aku monitor scan - --reference 2000
            """
    )

    /// The largest file.
    static let maximumBytes = 256 << 20

    @Argument(help: "The file, or - for standard input.")
    var file: String

    @Option(help: "How many events at the beginning are the reference: 50 to 1,000,000.")
    var reference = 2_000

    @Option(help: "Events between two false alarms, on average.")
    var falseAlarmEvery = StreamDriftConfiguration.standard.eventsBetweenFalseAlarms

    @Option(help: "The smallest change worth an alarm, in standard deviations.")
    var smallestEffect = StreamDriftConfiguration.standard.smallestEffect

    @Flag(name: .long, help: "After an alarm, take the events that follow it as the new reference.")
    var relearn = false

    @Flag(name: .long, help: "Print JSON instead of a table.")
    var json = false

    package init() {}

    package mutating func validate() throws {
        guard falseAlarmEvery >= 100 else { throw ValidationError("--false-alarm-every is 100 or more.") }
        guard (0...10).contains(smallestEffect) else { throw ValidationError("--smallest-effect is 0 to 10.") }
    }

    package func run() async throws {
        let values = try NumberLines.read(file, upTo: Self.maximumBytes)
        let configuration = StreamDriftConfiguration(
            eventsBetweenFalseAlarms: falseAlarmEvery,
            smallestEffect: smallestEffect
        )
        let begin = ContinuousClock.now
        let scan = try StreamScan(values, reference: reference, configuration: configuration, relearns: relearn)
        let report = Report(scan, file: file, seconds: begin.duration(to: .now) / .seconds(1))
        Terminal.print(json ? try CanonicalJSON.text(report) : report.text(values))
    }

    private struct Report: Encodable {
        let file: String
        let events: Int
        let reference: Int
        let alarms: [StreamScan.Alarm]
        let seconds: Double

        init(_ scan: StreamScan, file: String, seconds: Double) {
            (self.file, self.seconds) = (file, seconds)
            (events, reference, alarms) = (scan.events, scan.reference, scan.alarms)
        }

        func text(_ values: [Double]) -> String {
            let width = min(Terminal.width, 120)
            let means = (0..<width).map { column -> Double in
                let part = values[(column * values.count / width)..<((column + 1) * values.count / width)]
                let known = part.filter(\.isFinite)
                return known.isEmpty ? .nan : known.reduce(0, +) / Double(known.count)
            }
            var marks = [Character](repeating: " ", count: width)
            for alarm in alarms { marks[min(width - 1, alarm.event * width / max(1, values.count))] = "▲" }
            let head = "\(events) events, the first \(reference) are the reference"
            let plot = [Terminal.sparkline(means), String(marks)].joined(separator: "\n")
            if alarms.isEmpty { return [head, plot, "no drift"].joined(separator: "\n") }
            let rows = alarms.map { alarm in
                [
                    "\(alarm.event)", "\(alarm.since)", alarm.aspect.rawValue,
                    String(format: "%+.2f", alarm.effect),
                    String(format: "%.1f of %.1f", alarm.evidence, alarm.threshold),
                ]
            }
            return [head, plot, Terminal.table(["ALARM AT", "SINCE", "WHAT", "EFFECT (SD)", "EVIDENCE"], rows)]
                .joined(separator: "\n")
        }
    }
}
