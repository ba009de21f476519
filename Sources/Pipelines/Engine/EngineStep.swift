import Primitives

/// One step of the engine, as it was decided.
struct EngineStep: Sendable {
    /// From 1, of the engine's own.
    let number: Int64
    /// What it took in.
    let events: [EngineEvent]
    /// The runs after it.
    let runs: [String: ActiveRun]
    /// What is to be done once it is durable.
    let actions: [EngineAction]
    /// The Python that the journal knows after it.
    let python: Digest?
}
