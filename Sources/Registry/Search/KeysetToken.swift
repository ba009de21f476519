import Foundation
import Primitives
import Storage

/// A page token that holds the last row's fields of an order. It means something only for the order that it was made in.
struct KeysetToken: Sendable {
    /// The longest token that is read, in bytes.
    private static let maximumBytes = 4096

    private struct Content: Codable {
        let terms: [String]
        let values: [JSONValue]
    }

    let terms: [String]

    /// The token of a row's fields.
    func make(_ values: [SQLValue]) throws -> String {
        let content = Content(
            terms: terms,
            values: values.map { value in
                switch value {
                case .text(let text): .string(text)
                case .integer(let number): .integer(number)
                default: .null
                }
            }
        )
        return try CanonicalJSON.encode(content).base64EncodedString()
    }

    /// The fields in a token.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE`.
    func values(of token: String) throws -> [SQLValue] {
        guard token.utf8.count <= Self.maximumBytes, let data = Data(base64Encoded: token),
            let content = try? JSONDecoder().decode(Content.self, from: data)
        else { throw PlatformError.mlflowInvalid("Invalid page token, could not base64-decode") }
        guard content.terms == terms, content.values.count == terms.count else {
            throw PlatformError.mlflowInvalid("Invalid page token: it belongs to a search with another order.")
        }
        return try content.values.map { value in
            if let text = value.stringValue { return .text(text) }
            if let number = value.integerValue { return .integer(number) }
            throw PlatformError.mlflowInvalid("Invalid page token")
        }
    }
}
