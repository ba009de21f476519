import Primitives
import Synchronization

/// Identifiers for tests.
package enum TestIdentifiers {
    /// A source that counts: 32 digits, `…01`, `…02`, and so on.
    package static func counting() -> IdentifierSource {
        let counter = Counter()
        return IdentifierSource {
            let text = String(counter.next(), radix: 16)
            return String(repeating: "0", count: 32 - text.count) + text
        }
    }

    private final class Counter: Sendable {
        private let value = Mutex(0)

        func next() -> Int {
            value.withLock { value in
                value += 1
                return value
            }
        }
    }
}
