import Primitives

/// Parameters as the command line has them.
enum RunParameters {
    /// The values of `key=value` texts.
    ///
    /// - Throws: `invalid_argument` for a text without a key.
    static func values(_ texts: [String]) throws -> [String: JSONValue] {
        var out: [String: JSONValue] = [:]
        for text in texts {
            guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
                throw PlatformError(.invalidArgument, "'\(text)' is no parameter.", nextStep: "Write -p key=value.")
            }
            out[String(text[..<equals])] = .string(String(text[text.index(after: equals)...]))
        }
        return out
    }
}
