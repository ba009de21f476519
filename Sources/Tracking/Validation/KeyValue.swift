import Primitives

/// One tag or param: a key and a text.
package struct KeyValue: Sendable, Hashable, Codable {
    /// The key.
    package let key: String
    /// The text; may be empty.
    package let value: String

    /// Makes a pair.
    package init(_ key: String, _ value: String) {
        self.key = key
        self.value = value
    }
}
