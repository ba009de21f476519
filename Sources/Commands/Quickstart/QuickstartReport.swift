import Foundation
import Primitives

/// What the quickstart measured; written as `quickstart-report.json`.
struct QuickstartReport: Codable {
    /// Seconds from the first step to the last.
    var wallSeconds: Double = 0
    /// Accuracy on the test split, by this program's own tokeniser and runtime.
    var accuracyFP32: Double = 0
    /// The same for the quantised variant that is served.
    var accuracyInt8: Double = 0
    /// Requests of the known kind that were sent before the shift.
    var requestsBeforeDrift = 0
    /// Those of them that failed.
    var failedBeforeDrift = 0
    /// Share of them answered rightly.
    var knownAccuracy: Double = 0
    /// Alarms among them; anything but 0 is a false alarm.
    var falseAlarmsBeforeDrift = 0
    /// Shifted requests that the endpoint had answered when the alarm was written; nil when none came.
    var driftAlarmAfterRequests: Int?
    /// Requests sent while the pipeline retrained and the endpoint swapped.
    var requestsDuringSwap = 0
    /// Those that were refused, failed or dropped.
    var failedRequestsDuringSwap = 0
    /// The first error among them; empty when there is none.
    var firstError = ""
    /// Share of shifted requests answered rightly by the model before.
    var shiftedAccuracyBefore: Double = 0
    /// The same after the swap.
    var shiftedAccuracyAfter: Double = 0
    /// Version that served before, and after.
    var versionBefore: String = ""
    var versionAfter: String = ""
    /// Pipeline tasks that ran, and tasks whose outputs were taken from the cache.
    var tasksRun = 0
    var tasksCached = 0
    /// The longest answer in milliseconds at the median and the 99th percentile, over the known traffic.
    var latencyP50Milliseconds: Double = 0
    var latencyP99Milliseconds: Double = 0
    /// Resident memory of the server at the end, in MiB, and the program's size on disk, in MiB.
    var serverResidentMiB: Double = 0
    var programMiB: Double = 0
    /// `ok`, or the number of findings.
    var verify: String = ""
    /// Alarms on the new version, over the mix that it was made for.
    var alarmsAfterSwap = 0
    /// Links that the trace lacks.
    var traceGaps = 0
    /// The prediction that was traced.
    var tracedPrediction: String = ""

    enum CodingKeys: String, CodingKey {
        case verify
        case failedBeforeDrift = "failed_before_drift"
        case knownAccuracy = "known_accuracy"
        case firstError = "first_error"
        case alarmsAfterSwap = "alarms_after_swap"
        case traceGaps = "trace_gaps"
        case wallSeconds = "wall_seconds"
        case accuracyFP32 = "accuracy_fp32"
        case accuracyInt8 = "accuracy_int8"
        case requestsBeforeDrift = "requests_before_drift"
        case falseAlarmsBeforeDrift = "false_alarms_before_drift"
        case driftAlarmAfterRequests = "drift_alarm_after_requests"
        case requestsDuringSwap = "requests_during_swap"
        case failedRequestsDuringSwap = "failed_requests_during_swap"
        case shiftedAccuracyBefore = "shifted_accuracy_before"
        case shiftedAccuracyAfter = "shifted_accuracy_after"
        case versionBefore = "version_before"
        case versionAfter = "version_after"
        case tasksRun = "tasks_run"
        case tasksCached = "tasks_cached"
        case latencyP50Milliseconds = "latency_p50_milliseconds"
        case latencyP99Milliseconds = "latency_p99_milliseconds"
        case serverResidentMiB = "server_resident_mib"
        case programMiB = "program_mib"
        case tracedPrediction = "traced_prediction"
    }

    /// What went wrong, in one sentence; nil when the loop did all that it should.
    var problem: String? {
        var problems: [String] = []
        if failedBeforeDrift > 0 { problems.append("\(failedBeforeDrift) requests failed before the shift") }
        if falseAlarmsBeforeDrift > 0 { problems.append("\(falseAlarmsBeforeDrift) false alarms") }
        if driftAlarmAfterRequests == nil { problems.append("the shift raised no alarm") }
        if failedRequestsDuringSwap > 0 {
            problems.append("\(failedRequestsDuringSwap) requests failed during the swap (\(firstError))")
        }
        if driftAlarmAfterRequests != nil, versionAfter == versionBefore {
            problems.append("no new version was promoted")
        }
        if alarmsAfterSwap > 0 { problems.append("\(alarmsAfterSwap) alarms on the new version") }
        if traceGaps > 0 { problems.append("the trace has \(traceGaps) gaps") }
        if verify != "ok" { problems.append("verification found \(verify)") }
        return problems.isEmpty ? nil : problems.joined(separator: "; ") + "."
    }

    /// Writes the report atomically.
    func write(to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try encoder.encode(self).write(to: URL(fileURLWithPath: path), options: .atomic)
    }

    /// The table that ends the quickstart.
    var table: String {
        func percent(_ share: Double) -> String { String(format: "%.2f %%", share * 100) }
        let alarm = driftAlarmAfterRequests.map { "after \($0) shifted requests" } ?? "no alarm"
        return Terminal.table(
            ["what", "figure"],
            [
                ["accuracy fp32 / int8", "\(percent(accuracyFP32)) / \(percent(accuracyInt8))"],
                ["pipeline tasks run / from cache", "\(tasksRun) / \(tasksCached)"],
                ["known traffic", "\(requestsBeforeDrift) requests, \(falseAlarmsBeforeDrift) false alarms"],
                [
                    "latency p50 / p99",
                    String(format: "%.1f / %.1f ms", latencyP50Milliseconds, latencyP99Milliseconds),
                ],
                ["drift alarm", alarm],
                ["served version", "\(versionBefore) → \(versionAfter)"],
                [
                    "shifted traffic answered rightly",
                    "\(percent(shiftedAccuracyBefore)) → \(percent(shiftedAccuracyAfter))",
                ],
                [
                    "failed during retraining and swap",
                    "\(failedRequestsDuringSwap) of \(requestsDuringSwap) requests",
                ],
                ["verify", verify],
                ["server memory / program size", String(format: "%.0f MiB / %.0f MiB", serverResidentMiB, programMiB)],
                ["wall time", String(format: "%.1f s", wallSeconds)],
            ]
        )
    }
}
