import Foundation
import Tracking
import WireAPI

/// The body of `log-batch` or `log-metric`, read in one pass over the bytes.
struct LoggedBatch {
    var run = ""
    var metrics: [MetricPoint] = []
    var params: [KeyValue] = []
    var tags: [KeyValue] = []

    /// Reads a `log-batch` body; nil when it is not plain, and `JSONDecoder` must look at it.
    static func batch(_ data: Data) -> LoggedBatch? {
        JSONScanner.scan(data) { scanner throws(JSONScanner.Irregular) in
            var batch = LoggedBatch()
            try scanner.beginObject()
            var seen = 0
            while let name = try scanner.nextName(after: seen) {
                seen += 1
                if scanner.matches(name, "run_id"), batch.run.isEmpty {
                    batch.run = try scanner.text()
                } else if scanner.matches(name, "metrics"), batch.metrics.isEmpty {
                    batch.metrics = try points(&scanner)
                } else if scanner.matches(name, "params"), batch.params.isEmpty {
                    batch.params = try pairs(&scanner)
                } else if scanner.matches(name, "tags"), batch.tags.isEmpty {
                    batch.tags = try pairs(&scanner)
                } else {
                    throw JSONScanner.Irregular()
                }
            }
            return batch
        }
    }

    /// Reads a `log-metric` body; nil when it is not plain.
    static func metric(_ data: Data) -> LoggedBatch? {
        JSONScanner.scan(data) { scanner throws(JSONScanner.Irregular) in
            let (point, run) = try point(&scanner)
            guard let run else { throw JSONScanner.Irregular() }
            return LoggedBatch(run: run, metrics: [point])
        }
    }

    private static func points(_ scanner: inout JSONScanner) throws(JSONScanner.Irregular) -> [MetricPoint] {
        var points: [MetricPoint] = []
        try scanner.beginArray()
        while try scanner.hasElement(after: points.count) {
            let (point, run) = try point(&scanner)
            guard run == nil else { throw JSONScanner.Irregular() }
            points.append(point)
        }
        return points
    }

    /// A point, and the run where the object names one. Missing members are left to the decoder's errors.
    private static func point(_ scanner: inout JSONScanner) throws(JSONScanner.Irregular) -> (MetricPoint, String?) {
        var key: String?
        var value: Double?
        var timestamp: Int64?
        var step: Int64?
        var run: String?
        try scanner.beginObject()
        var seen = 0
        while let name = try scanner.nextName(after: seen) {
            seen += 1
            if scanner.matches(name, "key"), key == nil {
                key = try scanner.text()
            } else if scanner.matches(name, "value"), value == nil {
                value = try scanner.real()
            } else if scanner.matches(name, "timestamp"), timestamp == nil {
                timestamp = try scanner.integer()
            } else if scanner.matches(name, "step"), step == nil {
                step = try scanner.integer()
            } else if scanner.matches(name, "run_id"), run == nil {
                run = try scanner.text()
            } else if scanner.matches(name, "run_uuid") {
                _ = try scanner.text()
            } else {
                throw JSONScanner.Irregular()
            }
        }
        guard let key, !key.isEmpty, let value, let timestamp else { throw JSONScanner.Irregular() }
        return (MetricPoint(key: key, value: value, timestamp: timestamp, step: step ?? 0), run)
    }

    private static func pairs(_ scanner: inout JSONScanner) throws(JSONScanner.Irregular) -> [KeyValue] {
        var pairs: [KeyValue] = []
        try scanner.beginArray()
        while try scanner.hasElement(after: pairs.count) {
            var key: String?
            var value: String?
            try scanner.beginObject()
            var seen = 0
            while let name = try scanner.nextName(after: seen) {
                seen += 1
                if scanner.matches(name, "key"), key == nil {
                    key = try scanner.text()
                } else if scanner.matches(name, "value"), value == nil {
                    value = try scanner.text()
                } else {
                    throw JSONScanner.Irregular()
                }
            }
            guard let key, !key.isEmpty else { throw JSONScanner.Irregular() }
            pairs.append(KeyValue(key, value ?? ""))
        }
        return pairs
    }
}
