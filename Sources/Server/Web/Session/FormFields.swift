import Foundation

/// Reads `application/x-www-form-urlencoded` text: queries and form bodies (WHATWG URL §5.1). A broken field is left out.
struct FormFields: Sendable, Hashable {
    private let values: [String: [String]]

    /// The most fields that are read; what follows is left out.
    static let maximumFields = 512

    /// Parses a text of fields.
    init(_ text: String) {
        var values: [String: [String]] = [:]
        for pair in text.split(separator: "&").prefix(Self.maximumFields) {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Self.decode(parts[0]), let value = parts.count == 2 ? Self.decode(parts[1]) : "" else {
                continue
            }
            values[name, default: []].append(value)
        }
        self.values = values
    }

    /// A field without surrounding blanks; nil when it is missing or empty. The first of a repeated name counts.
    subscript(_ name: String) -> String? { values[name]?.first.flatMap(Self.trimmed) }

    /// Every value of a repeated name without surrounding blanks, in order; empty ones are left out.
    func all(_ name: String) -> [String] { values[name, default: []].compactMap(Self.trimmed) }

    private static func trimmed(_ value: String) -> String? {
        let text = value.trimmingCharacters(in: .whitespacesAndNewlines)
        return text.isEmpty ? nil : text
    }

    private static func decode(_ text: Substring) -> String? {
        text.replacing("+", with: " ").removingPercentEncoding
    }
}
