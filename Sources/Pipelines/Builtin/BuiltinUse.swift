import Primitives

/// `uses:` and `with:` of a task, as the file has them.
package struct BuiltinUse: Sendable, Hashable {
    /// What is done.
    package let builtin: BuiltinOperator
    /// Its arguments; a single value is a list of one.
    let arguments: [String: [CommandTemplate]]

    /// One text for all of it, which stands where other tasks have their command: its references are found in it, and it
    /// is part of the identity.
    var source: String {
        let name = "\(builtin.rawValue)@\(builtin.version)"
        if arguments.isEmpty { return name }
        let values = arguments.mapValues { JSONValue.array($0.map { .string($0.source) }) }
        // Texts of a file that was read as UTF-8 can always be written.
        return name + " " + ((try? CanonicalJSON.text(JSONValue.object(values))) ?? "")
    }

    /// The call for one attempt.
    func call(parameters: [String: JSONValue], item: MapItem?) -> BuiltinCall {
        BuiltinCall(
            builtin: builtin.rawValue,
            version: builtin.version,
            arguments: arguments.mapValues { values in
                values.flatMap { $0.values(parameters: parameters, item: item) }
            }
        )
    }
}

/// A built-in operator with its arguments, every reference replaced.
package struct BuiltinCall: Sendable, Hashable, Codable {
    /// Its name.
    package let builtin: String
    /// The version that whoever ordered it knows.
    package let version: Int
    /// Its arguments.
    package let arguments: [String: [String]]

    /// Makes a call.
    package init(builtin: String, version: Int, arguments: [String: [String]]) {
        self.builtin = builtin
        self.version = version
        self.arguments = arguments
    }

    /// The operator, when the arguments are such that it can be called.
    ///
    /// - Throws: `builtin_unknown`, `builtin_argument_invalid`.
    func check() throws -> BuiltinOperator {
        guard let known = BuiltinOperator(rawValue: builtin), known.version == version else {
            throw PlatformError(
                .builtinUnknown,
                "This program has no operator '\(builtin.prefix(40))' of version \(version).",
                nextStep: "Use the same version of 'aku' here and on the server."
            )
        }
        for argument in known.arguments {
            let values = arguments[argument.name] ?? []
            let problem =
                values.isEmpty && argument.isRequired
                ? "it is empty." : values.lazy.compactMap { argument.problem($0) }.first
            guard let problem else { continue }
            throw PlatformError(
                .builtinArgumentInvalid,
                "'\(argument.name)' of the operator '\(builtin)': \(problem)",
                nextStep: "Look at the parameters of the run, which the argument is made of."
            )
        }
        return known
    }
}

extension CommandTemplate {
    /// The text with its references replaced, for no shell. A list that stands alone is a list of values.
    func values(parameters: [String: JSONValue], item: MapItem?) -> [String] {
        if pieces.count == 1, case .reference(.params, let name)? = pieces.first,
            let list = parameters[name]?.arrayValue
        {
            return list.map(\.commandText)
        }
        let texts = pieces.map { piece in
            switch piece {
            case .text(let text): text
            case .reference(.params, let name): parameters[name]?.commandText ?? ""
            case .reference(.map, let name): item?.value(name)?.commandText ?? ""
            case .reference(let scope, let name): "\(scope.rawValue)/\(name)"
            case .unknown(let scope, let name): "${\(scope).\(name)}"
            }
        }
        return [texts.joined()]
    }

    /// Whether nothing in it depends on a run.
    var isPlain: Bool { pieces.allSatisfy { if case .text = $0 { true } else { false } } }
}
