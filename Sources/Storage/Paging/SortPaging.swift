import Foundation
import Primitives

/// Where a page begins.
package enum PageStart: Sendable {
    case first
    /// After so many elements: MLflow's own tokens say so.
    case offset(Int)
    /// After the element with these sort values.
    case after([SQLValue])

    /// How many elements are left out before the page.
    package var offset: Int { if case .offset(let value) = self { value } else { 0 } }
}

/// Pages by sort values instead of by counting: what is added or removed meanwhile shifts no page, and a late page costs no
/// more than the first. The last term must be unique. A term that can be NULL follows one that tells NULL from values.
package enum SortPaging {
    /// The condition that an element comes after the one with these sort values.
    package static func condition(_ terms: [SortTerm], after values: [SQLValue]) -> SQLCondition {
        var choices: [String] = []
        var arguments: [SQLValue] = []
        for (index, term) in terms.enumerated() where values[index] != .null {
            var parts: [String] = []
            for earlier in 0..<index {
                if values[earlier] == .null {
                    parts.append("\(terms[earlier].sql) IS NULL")
                } else {
                    parts.append("\(terms[earlier].sql) = ?")
                    arguments.append(values[earlier])
                }
            }
            parts.append("\(term.sql) \(term.ascending ? ">" : "<") ?")
            arguments.append(values[index])
            choices.append("(\(parts.joined(separator: " AND ")))")
        }
        return SQLCondition("(\(choices.joined(separator: " OR ")))", arguments)
    }

    /// `ORDER BY`'s list.
    package static func ordering(_ terms: [SortTerm]) -> String { terms.map(\.ordering).joined(separator: ", ") }

    /// Sort values as texts.
    package static func encode(_ values: [SQLValue]) -> JSONValue {
        .array(
            values.map { value in
                switch value {
                case .null, .blob: "n"
                case .integer(let value): .string("i\(value)")
                case .real(let value): .string("r" + String(value.bitPattern, radix: 16))
                case .text(let value): .string("t\(value)")
                }
            }
        )
    }

    /// Sort values from their texts; nil for what `encode` does not write.
    package static func decode(_ value: JSONValue?, count: Int) -> [SQLValue]? {
        guard let texts = value?.arrayValue, texts.count == count else { return nil }
        var values: [SQLValue] = []
        for text in texts {
            guard let text = text.stringValue else { return nil }
            let rest = String(text.dropFirst())
            switch text.first {
            case "n": values.append(.null)
            case "i":
                guard let number = Int64(rest) else { return nil }
                values.append(.integer(number))
            case "r":
                guard let bits = UInt64(rest, radix: 16) else { return nil }
                values.append(.real(Double(bitPattern: bits)))
            case "t": values.append(.text(rest))
            default: return nil
            }
        }
        return values
    }

    /// The token of the page after the element with these sort values.
    package static func token(after values: [SQLValue], with members: [String: JSONValue] = [:]) -> String {
        let text = try? CanonicalJSON.text(members.merging(["after": encode(values)]) { _, last in last })
        return Data((text ?? "").utf8).base64EncodedString()
    }

    /// Where a token's page begins.
    ///
    /// - Parameter count: how many sort values the search has.
    /// - Throws: `INVALID_PARAMETER_VALUE` for a text that is no token, or one of another ordering.
    package static func start(of token: String?, count: Int) throws -> PageStart {
        guard let token, !token.isEmpty else { return .first }
        guard let data = Data(base64Encoded: token),
            let after = (try? JSONDecoder().decode(JSONValue.self, from: data))?["after"]
        else { return .offset(try OffsetToken.offset(of: token)) }
        guard let values = decode(after, count: count) else {
            throw PlatformError.mlflowInvalid("Invalid page token: it belongs to a search in another order.")
        }
        return .after(values)
    }
}
