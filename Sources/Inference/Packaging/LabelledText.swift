/// A row of a test split or a fixed suite.
package struct LabelledText: Sendable, Hashable, Codable {
    /// The text.
    package let text: String
    /// The label that is right.
    package let label: String
    /// The text's language (BCP 47); empty when it is not said.
    package let language: String

    /// Makes a row.
    package init(text: String, label: String, language: String) {
        self.text = text
        self.label = label
        self.language = language
    }
}
