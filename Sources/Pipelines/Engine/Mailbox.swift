import Synchronization

/// What the engine's loop is told.
enum EngineEvent: Sendable {
    /// A run was accepted, or found at start.
    case created(String)
    /// A run's cancellation is recorded.
    case cancel(String)
    /// An attempt is over.
    case ended(run: String, task: String, attempt: Int, AttemptOutcome)
    /// The server goes down, and an attempt goes on without it.
    case left(run: String, task: String)
    /// What an attempt took of the machine; told with its end.
    case used(run: String, task: String, attempt: Int, TaskUsage)
    /// What a step asked for was read.
    case read(run: String, task: String, StepReading.Answer)
    /// A back-off is over.
    case retryDue(run: String, task: String)
    /// The server goes down in good order.
    case shutdown
    /// Look again: a write that failed is to be repeated.
    case wake
}

/// Events for the loop; whatever arrives while a step is being written is taken together in the next one, which makes
/// one
/// durable commit of many transitions.
final class Mailbox: Sendable {
    private let events = Mutex<[EngineEvent]>([])
    /// Yields once for one or more waiting events.
    let signals: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() {
        (signals, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    func post(_ event: EngineEvent) {
        events.withLock { $0.append(event) }
        continuation.yield()
    }

    /// Events that belong together: one step takes them all.
    func post(_ several: [EngineEvent]) {
        if several.isEmpty { return }
        events.withLock { $0 += several }
        continuation.yield()
    }

    func take() -> [EngineEvent] {
        events.withLock { events in
            defer { events = [] }
            return events
        }
    }

    func close() { continuation.finish() }
}
