import Primitives

extension PipelineSchema {
    static let schedule = Mapping(
        keys: DefinitionParser.scheduleKeys,
        required: ["cron"],
        values: [
            "cron": reference(
                "text",
                "Minute, hour, day of the month, month, day of the week; or @hourly, @daily, @weekly, @monthly, @yearly."
            ),
            "name": reference("name", "Its name in the pipeline; 'default' when left out."),
            "timezone": reference("text", "A zone of the IANA database, as Europe/Madrid, or UTC."),
            "dst": .members(
                ("description", "Times that the clock jumps over (shift, skip) or shows twice (first, last, both)."),
                (
                    "anyOf",
                    .array([
                        words(gaps + folds),
                        .members(("type", "array"), ("items", words(gaps + folds)), ("maxItems", .integer(2))),
                        object(dst),
                    ])
                )
            ),
            "catch_up": .members(
                ("description", "Times that passed while no server ran: none, latest, or all up to a bound."),
                (
                    "anyOf",
                    .array([
                        words(["none", "latest", "all"]),
                        object(catchUp),
                    ])
                )
            ),
            "jitter_seconds": whole(from: 0, to: 86_400)
                .setting(
                    "description",
                    "A delay of up to so many seconds; the same for one time whoever works it out."
                ),
            "parameters": .members(
                ("description", "Values of parameters; texts may hold ${schedule.time} and ${schedule.date}."),
                ("type", "object"),
                ("maxProperties", .integer(Int64(PipelineDefinition.maximumMembers)))
            ),
            "start": reference("text", "No time before: a date in the zone, or a moment."),
            "end": reference("text", "No time at or after: a date in the zone, or a moment."),
            "paused": .members(
                ("description", "Whether it only serves backfills."),
                ("type", "boolean"),
                ("default", false)
            ),
        ]
    )

    static let dst = Mapping(
        keys: DefinitionParser.dstKeys,
        required: [],
        values: ["gap": words(gaps), "fold": words(folds)]
    )

    static let catchUp = Mapping(
        keys: DefinitionParser.catchUpKeys,
        required: ["all"],
        values: ["all": whole(from: 1, to: Schedule.maximumCatchUp)]
    )

    private static let gaps = Schedule.Gap.allCases.map(\.rawValue)
    private static let folds = Schedule.Fold.allCases.map(\.rawValue)

    private static func words(_ words: [String]) -> OrderedJSON {
        .members(("enum", .array(words.map { .string($0) })))
    }

    private static func whole(from low: Int, to high: Int) -> OrderedJSON {
        .members(
            ("type", "integer"),
            ("minimum", .integer(Int64(low))),
            ("maximum", .integer(Int64(high)))
        )
    }
}
