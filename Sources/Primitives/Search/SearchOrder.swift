/// One field of an ordering: `metrics.loss DESC`.
package struct SearchOrder: Sendable, Hashable {
    /// The word before the first dot, or nil when there is no dot.
    package let entity: String?
    /// What follows it, without back-ticks or quotes.
    package let key: String
    /// Whether small values come first; the default.
    package let ascending: Bool

    /// Makes an ordering.
    package init(entity: String?, key: String, ascending: Bool) {
        self.entity = entity
        self.key = key
        self.ascending = ascending
    }

    /// Reads `field`, `field ASC` or `field DESC`.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE`.
    package static func parse(_ text: String) throws -> SearchOrder {
        let tokens = try SearchLexer.tokens(of: text)
        guard case .identifier(let name)? = tokens.first, tokens.count <= 2 else {
            throw PlatformError.mlflowInvalid("Invalid order_by clause '\(text)'. Could not be parsed.")
        }
        let (entity, key) = SearchFilterParser.split(name)
        guard tokens.count == 2 else { return SearchOrder(entity: entity, key: key, ascending: true) }
        guard case .identifier(let word) = tokens[1], ["ASC", "DESC"].contains(word.uppercased()) else {
            throw PlatformError.mlflowInvalid("Invalid ordering key in order_by clause '\(text)'.")
        }
        return SearchOrder(entity: entity, key: key, ascending: word.uppercased() == "ASC")
    }
}
