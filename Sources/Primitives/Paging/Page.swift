/// One page of a list, and the token that asks for the next.
package struct Page<Element: Sendable>: Sendable {
    /// The elements, in the list's order.
    package let elements: [Element]
    /// Opaque; nil on the last page.
    package let nextToken: String?

    /// Makes a page.
    package init(elements: [Element], nextToken: String?) {
        self.elements = elements
        self.nextToken = nextToken
    }
}
