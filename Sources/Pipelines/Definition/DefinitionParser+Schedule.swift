import Foundation
import Primitives
import Yams

extension DefinitionParser {
    static let scheduleKeys = [
        "cron", "name", "timezone", "dst", "catch_up", "jitter_seconds", "parameters", "start", "end", "paused",
    ]
    static let dstKeys = ["gap", "fold"]
    static let catchUpKeys = ["all"]

    /// What stands under `schedule:`: one schedule or a list of them; an expression alone stands for a schedule in UTC.
    mutating func schedules(_ node: Node, of definition: PipelineDefinition) -> [Schedule] {
        var nodes = [node]
        if case .sequence(let sequence) = node { nodes = Array(sequence) }
        if nodes.count > Schedule.maximumSchedules {
            reader.tooMany(node, "'schedule'", Schedule.maximumSchedules)
            return []
        }
        var names: Set<String> = []
        return nodes.compactMap { node in
            guard let schedule = schedule(node, of: definition) else { return nil }
            guard names.insert(schedule.name).inserted else {
                reader.note(
                    .pipelineDuplicateName,
                    "Two schedules are called '\(schedule.name)'.",
                    nextStep: "Give one a 'name:' of its own.",
                    at: node
                )
                return nil
            }
            return schedule
        }
    }

    private mutating func schedule(_ node: Node, of definition: PipelineDefinition) -> Schedule? {
        if node.scalar != nil {
            return self.cron(node).map { Schedule(name: Schedule.standardName, cron: $0, zone: .gmt) }
        }
        guard let members = reader.members(node, of: "a schedule", allowed: Self.scheduleKeys) else { return nil }
        let values = Dictionary(members.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
        guard let cronNode = values["cron"] else {
            reader.note(.pipelineMissingKey, "A schedule has no 'cron'.", nextStep: "Add cron: '30 2 * * *'.", at: node)
            return nil
        }
        let before = reader.problems.count
        let cron = self.cron(cronNode)
        let zone = values["timezone"].flatMap { self.zone($0) } ?? TimeZone.gmt
        let (gap, fold) = values["dst"].map { self.dst($0) } ?? (nil, nil)
        let name = values["name"].flatMap { node in
            reader.text(node, of: "a schedule's name").flatMap { reader.name($0, what: "schedule", at: node) }
        }
        guard let cron else { return nil }
        let schedule = Schedule(
            name: name ?? Schedule.standardName,
            cron: cron,
            zone: zone,
            gap: gap ?? .shift,
            fold: fold,
            catchUp: values["catch_up"].flatMap { self.catchUp($0) } ?? .latest,
            jitterSeconds: values["jitter_seconds"].flatMap {
                reader.integer($0, of: "the jitter of a schedule", in: 0...86_400)
            } ?? 0,
            parameters: values["parameters"].map { scheduleParameters($0) } ?? [:],
            start: values["start"].flatMap { moment($0, zone) },
            end: values["end"].flatMap { moment($0, zone) },
            isPaused: values["paused"].flatMap { reader.boolean($0, of: "'paused' of a schedule") } ?? false
        )
        if reader.problems.count == before { check(schedule, of: definition, at: values["parameters"] ?? cronNode) }
        return schedule
    }

    private mutating func cron(_ node: Node) -> CronExpression? {
        guard let text = reader.text(node, of: "'cron' of a schedule") else { return nil }
        do {
            return try CronExpression(text.trimmingCharacters(in: .whitespaces))
        } catch {
            reader.note(
                error.neverFires ? .scheduleNeverFires : .scheduleInvalidCron,
                error.message,
                nextStep: error.nextStep,
                at: node
            )
            return nil
        }
    }

    private mutating func zone(_ node: Node) -> TimeZone? {
        guard let text = reader.text(node, of: "'timezone' of a schedule") else { return nil }
        do {
            return try Schedule.zone(text)
        } catch {
            reader.note(.scheduleUnknownZone, error.message, nextStep: error.nextStep, at: node)
            return nil
        }
    }

    /// `skip`, `[skip, last]`, or `{ gap: skip, fold: last }`.
    private mutating func dst(_ node: Node) -> (Schedule.Gap?, Schedule.Fold?) {
        var gap: Schedule.Gap?, fold: Schedule.Fold?
        let words = Schedule.Gap.allCases.map(\.rawValue) + Schedule.Fold.allCases.map(\.rawValue)
        func problem(_ text: String, _ known: [String], at node: Node) {
            reader.note(
                .pipelineInvalidValue,
                "'\(text.prefix(40))' is no rule for the nights on which the clock changes.",
                nextStep: Suggestion.phrase(for: text, among: known),
                at: node
            )
        }
        if case .mapping = node {
            for member in reader.members(node, of: "'dst'", allowed: Self.dstKeys) ?? [] {
                guard let text = reader.text(member.value, of: "'\(member.key)' of 'dst'") else { continue }
                if member.key == "gap" {
                    gap = Schedule.Gap(rawValue: text)
                    if gap == nil { problem(text, Schedule.Gap.allCases.map(\.rawValue), at: member.value) }
                } else {
                    fold = Schedule.Fold(rawValue: text)
                    if fold == nil { problem(text, Schedule.Fold.allCases.map(\.rawValue), at: member.value) }
                }
            }
            return (gap, fold)
        }
        var parts: [(text: String, node: Node)] = []
        if case .sequence = node {
            parts = reader.list(node, of: "'dst'") ?? []
        } else if let text = reader.text(node, of: "'dst'") {
            parts = [(text, node)]
        }
        for (text, node) in parts {
            if let value = Schedule.Gap(rawValue: text), gap == nil {
                gap = value
            } else if let value = Schedule.Fold(rawValue: text), fold == nil {
                fold = value
            } else {
                problem(text, words, at: node)
            }
        }
        return (gap, fold)
    }

    /// `none`, `latest`, `all`, or `{ all: 20 }` with the bound.
    private mutating func catchUp(_ node: Node) -> Schedule.CatchUp? {
        if case .mapping = node {
            guard let member = reader.members(node, of: "'catch_up'", allowed: Self.catchUpKeys)?.first else {
                return nil
            }
            return reader.integer(member.value, of: "the bound of 'catch_up'", in: 1...Schedule.maximumCatchUp)
                .map { .all(limit: $0) }
        }
        guard let text = reader.text(node, of: "'catch_up'") else { return nil }
        switch text {
        case "none": return Schedule.CatchUp.none
        case "latest": return .latest
        case "all": return .all(limit: Schedule.standardCatchUp)
        default:
            reader.note(
                .pipelineInvalidValue,
                "'\(text.prefix(40))' is no way to catch up.",
                nextStep: Suggestion.phrase(for: text, among: ["none", "latest", "all"]),
                at: node
            )
            return nil
        }
    }

    private mutating func scheduleParameters(_ node: Node) -> [String: JSONValue] {
        var out: [String: JSONValue] = [:]
        for member in reader.members(node, of: "'parameters' of a schedule") ?? [] {
            out[member.key] = reader.value(member.value, of: "parameter '\(member.key)' of a schedule")
        }
        return out
    }

    private mutating func moment(_ node: Node, _ zone: TimeZone) -> Timestamp? {
        guard let text = reader.text(node, of: "a bound of a schedule") else { return nil }
        do {
            return try Schedule.moment(text, in: zone)
        } catch let error as PlatformError {
            reader.note(.pipelineInvalidValue, error.message, nextStep: error.nextStep, at: node)
        } catch {
            reader.note(.pipelineInvalidValue, "\(error)", at: node)
        }
        return nil
    }

    /// Parameters that a run would refuse, and spans without a time, are said now rather than at night.
    private mutating func check(_ schedule: Schedule, of definition: PipelineDefinition, at node: Node) {
        guard let first = schedule.next(after: schedule.start ?? Timestamp(milliseconds: 0)) else {
            reader.note(
                .scheduleNeverFires,
                "Schedule '\(schedule.name)' never fires between its start and its end.",
                nextStep: "Move 'start' or 'end'.",
                at: node
            )
            return
        }
        do {
            _ = try definition.resolve(parameters: schedule.parameters(at: first))
        } catch let error as PlatformError {
            reader.note(error.code, error.message, nextStep: error.nextStep, at: node)
        } catch {
            reader.note(.pipelineInvalidValue, "\(error)", at: node)
        }
    }
}
