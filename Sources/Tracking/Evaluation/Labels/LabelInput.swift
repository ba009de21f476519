import Primitives

/// How a reviewer answers a question.
package enum LabelInput: Sendable, Hashable {
    /// One of two labels.
    case passFail(positive: String, negative: String)
    /// One of some options, or several.
    case categorical(options: [String], several: Bool)
    /// A number within bounds.
    case numeric(least: Double?, most: Double?)
    /// A free text of at most so many characters.
    case text(longest: Int64?)

    /// The longest label or option, in characters.
    static let labelLength = 64
    /// The most options.
    static let optionCount = 10

    /// Reads protobuf's JSON: an object with exactly one of `pass_fail`, `categorical`, `numeric`, `text`.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE`.
    package init(_ document: OrderedJSON) throws {
        if let value = document["pass_fail"], value.members != nil {
            self = .passFail(
                positive: value["positive_label"]?.stringValue ?? "",
                negative: value["negative_label"]?.stringValue ?? ""
            )
        } else if let value = document["categorical"], value.members != nil {
            let options = (value["options"]?.elements ?? []).map { $0.stringValue ?? "" }
            self = .categorical(options: options, several: value["multi_select"] == .bool(true))
        } else if let value = document["numeric"], value.members != nil {
            self = .numeric(
                least: value["min_value"].flatMap(Self.number),
                most: value["max_value"].flatMap(Self.number)
            )
        } else if let value = document["text"], value.members != nil {
            self = .text(longest: value["max_length"].flatMap(Self.number).flatMap(Int64.init(exactly:)))
        } else {
            throw PlatformError.mlflowInvalid(
                "Label schema `input` must have exactly one of `pass_fail`, `categorical`, `numeric`, or `text` set; "
                    + "got an empty oneof."
            )
        }
    }

    /// Protobuf's JSON of it.
    package var document: OrderedJSON {
        switch self {
        case .passFail(let positive, let negative):
            Self.one(
                "pass_fail",
                [.init("positive_label", .string(positive)), .init("negative_label", .string(negative))]
            )
        case .categorical(let options, let several):
            Self.one(
                "categorical",
                [.init("options", .array(options.map(OrderedJSON.string))), .init("multi_select", .bool(several))]
            )
        case .numeric(let least, let most):
            Self.one(
                "numeric",
                [("min_value", least), ("max_value", most)].compactMap { name, value in
                    value.map { .init(name, .number($0.description)) }
                }
            )
        case .text(let longest): Self.one("text", longest.map { [.init("max_length", .number("\($0)"))] } ?? [])
        }
    }

    /// What MLflow's messages call it.
    var typeName: String {
        switch self {
        case .passFail: "InputPassFail"
        case .categorical: "InputCategorical"
        case .numeric: "InputNumeric"
        case .text: "InputText"
        }
    }

    /// Checks lengths, counts and bounds.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE`.
    func check() throws {
        switch self {
        case .passFail(let positive, let negative): try Self.check(positive: positive, negative: negative)
        case .categorical(let options, _): try Self.check(options: options)
        case .numeric(let least?, let most?) where !(least < most):
            throw PlatformError.mlflowInvalid(
                "`InputNumeric.min_value` must be strictly less than `max_value`; got min=\(least), max=\(most)."
            )
        case .text(let longest?) where longest < 1:
            throw PlatformError.mlflowInvalid("`InputText.max_length` must be at least 1; got \(longest).")
        case .numeric, .text: break
        }
    }

    private static func check(positive: String, negative: String) throws {
        for (field, label) in [("positive_label", positive), ("negative_label", negative)] {
            if label.isEmpty {
                throw PlatformError.mlflowInvalid("`InputPassFail.\(field)` must be a non-empty string; got ''.")
            }
            if label.unicodeScalars.count > labelLength {
                throw PlatformError.mlflowInvalid(
                    "`InputPassFail.\(field)` must be at most \(labelLength) characters; got \(label.unicodeScalars.count)."
                )
            }
        }
        if positive == negative {
            throw PlatformError.mlflowInvalid(
                "`InputPassFail.positive_label` and `negative_label` must be distinct; got '\(positive)' for both."
            )
        }
    }

    private static func check(options: [String]) throws {
        if options.isEmpty {
            throw PlatformError.mlflowInvalid("`InputCategorical.options` must be a non-empty list; got [].")
        }
        if options.count > optionCount {
            throw PlatformError.mlflowInvalid(
                "`InputCategorical.options` must have at most \(optionCount) entries; got \(options.count)."
            )
        }
        var seen: Set<String> = []
        for option in options {
            if option.isEmpty {
                throw PlatformError.mlflowInvalid(
                    "`InputCategorical.options` entries must be non-empty strings; got ''."
                )
            }
            if option.unicodeScalars.count > labelLength {
                throw PlatformError.mlflowInvalid(
                    "`InputCategorical.options` entries must be at most \(labelLength) characters; "
                        + "got \(option.unicodeScalars.count) for '\(option.prefix(100))'."
                )
            }
            if !seen.insert(option).inserted {
                throw PlatformError.mlflowInvalid(
                    "`InputCategorical.options` must be deduplicated; '\(option)' appears twice."
                )
            }
        }
    }

    private static func one(_ name: String, _ members: [OrderedJSON.Member]) -> OrderedJSON {
        .object([.init(name, .object(members))])
    }

    private static func number(_ value: OrderedJSON) -> Double? {
        switch value {
        case .number(let written): Double(written)
        case .string(let text): Double(text)
        default: nil
        }
    }
}
