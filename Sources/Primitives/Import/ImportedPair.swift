/// A key and a text of a record that is brought over: a tag, a param, an alias.
package struct ImportedPair: Sendable, Hashable, Codable {
    /// The key.
    package let key: String
    /// The text; may be empty.
    package let value: String

    /// Makes a pair.
    package init(_ key: String, _ value: String) {
        self.key = key
        self.value = value
    }

    /// Pairs in the order of their keys' bytes, which no collation changes.
    package static func sorted(_ pairs: [ImportedPair]) -> [ImportedPair] {
        pairs.sorted { Array($0.key.utf8).lexicographicallyPrecedes(Array($1.key.utf8)) }
    }
}
