import Primitives

/// The JSON Schema (draft 2020-12) of policy files, for editors. It says what one value may be; what values say about each
/// other only `aku endpoints lint` knows. Keys come from the parser's own tables; a test fails when one has no description.
package enum PolicySchema {
    /// The file `mlops/policy.schema.json`.
    package static var file: String { document.indented + "\n" }

    /// The schema.
    package static var document: OrderedJSON {
        .object(
            [
                .init("$schema", "https://json-schema.org/draft/2020-12/schema"),
                .init("$id", "urn:aku:policy:1"),
                .init("title", "Aku endpoint policy"),
            ] + (object(policy).members ?? [])
        )
    }

    /// One mapping of the format.
    struct Mapping {
        let keys: PolicyKeys
        let values: [String: OrderedJSON]
    }

    /// Every mapping, so that a test can compare its keys with the parser's.
    static let mappings = [
        policy, split, arm, experiment, canary, step, shadow, fallback, use, rule, constant, throttle, limit, shed,
    ]

    static let policy = Mapping(
        keys: .policy,
        values: [
            "endpoint": text("The endpoint that it is for."),
            "description": text("One sentence for people."),
            "pin": integer("The only version that may be deployed.", 1),
            "drain": flag("Refuse new requests and end those under way."),
            "split": object(split, "A lasting split between versions."),
            "canary": object(canary, "A version that takes over step by step, or is taken out."),
            "shadow": object(shadow, "A version that answers beside, unseen, and is compared."),
            "fallback": object(fallback, "Who answers, within the same request, when the model does not."),
            "throttle": object(throttle, "Rates and concurrency; over them the answer is 429."),
            "shed": object(shed, "A priority is refused while more requests than this wait."),
        ]
    )
    static let split = Mapping(
        keys: .split,
        values: [
            "by": by, "arms": list(object(arm), "Two or more ways.", minimum: 2),
            "experiment": object(experiment, "Compare the arms' error rates at a sample size fixed beforehand."),
        ]
    )
    static let arm = Mapping(
        keys: .arm,
        values: [
            "name": text("Shown in metrics and records."), "model": model, "variant": variant,
            "weight": integer("Its share of the sum of all weights.", 0),
        ]
    )
    static let experiment = Mapping(
        keys: .experiment,
        values: [
            "minimum_requests": integer("Requests that each arm must have.", 10),
            "significance": number("The probability of a false finding that is accepted; 0.05.", 0.000001, 0.5),
        ]
    )
    static let canary = Mapping(
        keys: .canary,
        values: [
            "model": model, "variant": variant, "by": by,
            "steps": list(object(step), "In order, with growing shares."),
            "maximum_error_rate": number("Failed requests of a step that are accepted, as a share; 0.01.", 0, 1),
            "maximum_p95_ms": number("One answer in twenty may take longer than this.", 0.1, 600_000),
            "minimum_agreement": number("The share of equal answers, beside the stable version.", 0, 1),
            "agreement_samples": integer("Comparisons that a step must have; 50.", 1),
            "promote": flag("Deploy the canary after its last step; true."),
        ]
    )
    static let step = Mapping(
        keys: .step,
        values: [
            "share": number("The share of requests that the canary answers.", 0.0001, 1),
            "requests": integer("Requests that the canary must have had in this step.", 1),
            "seconds": integer("How long the step lasts at least; 0.", 0),
        ]
    )
    static let shadow = Mapping(
        keys: .shadow,
        values: [
            "model": model, "variant": variant, "share": number("The share of requests that it sees; 1.", 0.0001, 1),
        ]
    )
    static let fallback = Mapping(
        keys: .fallback,
        values: [
            "when": list(
                word(EndpointPolicy.Fallback.Cause.allCases.map(\.rawValue), "A cause."),
                "What moves a request on; error and timeout."
            ),
            "timeout_ms": integer("How long the model may take.", 1),
            "minimum_confidence": number("The least probability of the best label.", 0, 1),
            "use": list(object(use), "Tried in order; the first that answers does."),
        ]
    )
    static let use = Mapping(
        keys: .use,
        values: [
            "last_good": flag("The version that was deployed before."), "model": model, "variant": variant,
            "rules": list(object(rule), "The first whose words are in the text answers."),
            "constant": object(constant, "Always the same answer."),
        ]
    )
    static let rule = Mapping(
        keys: .rule,
        values: [
            "contains": text("Words that the text must hold, in any case."), "label": text("The answer."),
            "score": number("The probability that the answer is given; 0.", 0, 1),
        ]
    )
    static let constant = Mapping(
        keys: .constant,
        values: [
            "label": text("The answer."), "score": number("The probability that the answer is given; 0.", 0, 1),
        ]
    )
    static let throttle = Mapping(
        keys: .throttle,
        values: [
            "endpoint": object(limit, "Of all callers together."), "principal": object(limit, "Of each caller."),
        ]
    )
    static let limit = Mapping(
        keys: .limit,
        values: [
            "rate": number("Requests a second in the long run.", 0.001, 1_000_000),
            "burst": number("Requests at once after a pause; as many as a second's.", 1, 10_000_000),
            "concurrency": integer("Requests at one time.", 1),
        ]
    )
    static let shed = Mapping(
        keys: .shed,
        values: Dictionary(
            uniqueKeysWithValues: RequestPriority.allCases.map {
                ($0.rawValue, integer("Of priority \($0.rawValue): the most that may wait.", 0))
            }
        )
    )

    private static let model = text("model/version, or model@alias as it stands when the policy is applied.")
    private static let variant = text("The package's variant; its default without.")
    private static let by = word(
        EndpointPolicy.StickyKey.allCases.map(\.rawValue),
        "What a request is split by: the same key always goes the same way; request."
    )

    private static func object(_ mapping: Mapping, _ description: String? = nil) -> OrderedJSON {
        .members(
            ("description", description.map(OrderedJSON.string)),
            ("type", "object"),
            (
                "properties",
                .object(mapping.keys.all.compactMap { key in mapping.values[key].map { .init(key, $0) } })
            ),
            ("required", mapping.keys.required.isEmpty ? nil : .array(mapping.keys.required.map(OrderedJSON.string))),
            ("additionalProperties", false)
        )
    }

    private static func list(_ element: OrderedJSON, _ description: String, minimum: Int64 = 1) -> OrderedJSON {
        .members(
            ("description", .string(description)),
            ("type", "array"),
            ("items", element),
            ("minItems", .integer(minimum)),
            ("maxItems", .integer(Int64(PolicyParser.maximumElements)))
        )
    }

    private static func text(_ description: String) -> OrderedJSON {
        .members(("description", .string(description)), ("type", "string"), ("minLength", .integer(1)))
    }

    private static func flag(_ description: String) -> OrderedJSON {
        .members(("description", .string(description)), ("type", "boolean"))
    }

    private static func word(_ words: [String], _ description: String) -> OrderedJSON {
        .members(("description", .string(description)), ("enum", .array(words.map(OrderedJSON.string))))
    }

    private static func integer(_ description: String, _ minimum: Int64) -> OrderedJSON {
        .members(("description", .string(description)), ("type", "integer"), ("minimum", .integer(minimum)))
    }

    private static func number(_ description: String, _ minimum: Double, _ maximum: Double) -> OrderedJSON {
        .members(
            ("description", .string(description)),
            ("type", "number"),
            ("minimum", .real(minimum)),
            ("maximum", .real(maximum))
        )
    }
}
