import Foundation

/// What a server that adopts a container must know of its attempt; beside the attempt's folder.
struct ContainerNote: Codable, Sendable {
    let outputs: [String]
    let timeoutSeconds: Int
    let memoryBytes: Int64?

    init(_ order: AttemptOrder) {
        outputs = order.outputs
        timeoutSeconds = order.timeoutSeconds
        memoryBytes = order.placement.resources.memoryBytes
    }

    /// Whether a container that was killed had used up its time; its monitor kills it then.
    func isOver(startedAt: String, finishedAt: String) -> Bool {
        guard let start = Self.seconds(startedAt), let end = Self.seconds(finishedAt) else { return false }
        return end - start >= Double(timeoutSeconds) - 0.5
    }

    /// Seconds of an RFC 3339 time with nanoseconds.
    private static func seconds(_ text: String) -> Double? {
        guard let match = text.firstMatch(of: /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)$/) else {
            return nil
        }
        guard let date = try? Date("\(match.1)\(match.3)", strategy: .iso8601) else { return nil }
        return date.timeIntervalSince1970 + (match.2.flatMap { Double("0\($0)") } ?? 0)
    }
}
