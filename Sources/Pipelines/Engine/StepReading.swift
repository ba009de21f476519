import Logging
import Primitives
import Storage

/// What a step of the engine needs from the object store before it can decide. It is read beside the loop: a store that is
/// far away must not keep a transaction open.
struct StepReading: Sendable {
    enum Wanted: Sendable {
        case condition(Condition, ConditionValues)
        case map(MapReading)
    }

    enum Answer: Sendable {
        case condition(Result<ConditionVerdict, PlatformError>)
        case map(Result<MapItems, PlatformError>)
    }

    let run: String
    let task: String
    let wanted: Wanted

    /// Reads.
    ///
    /// - Throws: what the store throws while it does not answer.
    func answer(_ objects: ObjectStore) throws -> Answer {
        switch wanted {
        case .condition(let condition, let values): .condition(try Self.result { try condition.decide(values) })
        case .map(let reading): .map(try Self.result { try reading.items(objects) })
        }
    }

    private static func result<T>(_ body: () throws -> T) throws -> Result<T, PlatformError> {
        do {
            return .success(try body())
        } catch let error as PlatformError where error.code.kind != .unavailable {
            return .failure(error)
        }
    }
}

/// Over what a task is mapped, and where that is found.
struct MapReading: Sendable {
    let rule: MapRule
    let parameters: [String: JSONValue]
    let outputs: [String: [TaskOutput]]

    @Sendable func items(_ objects: ObjectStore) throws -> MapItems {
        try MapItems(rule, parameters: parameters, outputs: outputs, objects: objects)
    }

    /// Whether it takes no store to know the elements.
    var isAtHand: Bool { if case .parameter = rule.source { true } else { false } }
}

extension ActiveRun {
    /// Over what a task of the run is mapped.
    func mapReading(_ rule: MapRule) -> MapReading {
        let needed = rule.task.flatMap { name in outputs[name].map { [name: $0] } } ?? [:]
        return MapReading(rule: rule, parameters: parameters, outputs: needed)
    }
}

extension PipelineEngine {
    /// Reads for a step; a store that is away for a moment is waited for.
    ///
    /// - Returns: nil when the server goes down meanwhile.
    nonisolated func answer(_ reading: StepReading) async -> StepReading.Answer? {
        while !Task.isCancelled {
            do {
                return try await objects.blocking(reading.answer)
            } catch {
                logger.warning(
                    "a step of the pipeline engine waits for the object store",
                    metadata: ["error": "\(error)"]
                )
                try? await Task.sleep(for: .seconds(1))
            }
        }
        return nil
    }
}
