import Foundation

/// Reads `application/x-www-form-urlencoded` text: queries and form bodies (WHATWG URL §5.1). A broken field is left out.
struct FormFields: Sendable, Hashable {
    private let values: [String: String]

    /// Parses at most 64 fields; the first of a repeated name counts.
    init(_ text: String) {
        var values: [String: String] = [:]
        for pair in text.split(separator: "&").prefix(64) {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Self.decode(parts[0]), let value = parts.count == 2 ? Self.decode(parts[1]) : "" else {
                continue
            }
            if values[name] == nil { values[name] = value }
        }
        self.values = values
    }

    /// A field without surrounding blanks; nil when it is missing or empty.
    subscript(_ name: String) -> String? {
        guard let value = values[name]?.trimmingCharacters(in: .whitespacesAndNewlines), !value.isEmpty else {
            return nil
        }
        return value
    }

    private static func decode(_ text: Substring) -> String? {
        text.replacing("+", with: " ").removingPercentEncoding
    }
}
