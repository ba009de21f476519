import Foundation
import Synchronization

/// Makes identifiers: 32 hexadecimal digits, the first 12 of them the time in milliseconds, so that they sort by age.
/// The layout is that of a UUID version 7 (RFC 9562 §5.7) without the dashes, which the MLflow client accepts as a run id.
package struct IdentifierSource: Sendable {
    private let make: @Sendable () -> String

    /// Wraps a generator; tests hand over a fixed sequence.
    package init(_ make: @escaping @Sendable () -> String) {
        self.make = make
    }

    /// A new identifier.
    package func callAsFunction() -> String { make() }

    /// Identifiers from the system's clock and random source, ascending within the process: of two runs the one that was
    /// accepted first goes first, also within a millisecond and when the clock is set back (RFC 9562, 6.2, method 1).
    package static let system: IdentifierSource = {
        let last = Mutex<(milliseconds: UInt64, counter: UInt16)>((0, 0))
        return IdentifierSource {
            let now = UInt64(Timestamp.now().milliseconds)
            let (milliseconds, counter) = last.withLock { last in
                if now > last.milliseconds {
                    last = (now, UInt16.random(in: 0..<2048))
                } else if last.counter < 4095 {
                    last.counter += 1
                } else {
                    last = (last.milliseconds + 1, 0)
                }
                return last
            }
            var bytes = [UInt8](repeating: 0, count: 16)
            for index in 0..<6 { bytes[index] = UInt8(truncatingIfNeeded: milliseconds >> (8 * UInt64(5 - index))) }
            var generator = SystemRandomNumberGenerator()
            for index in 8..<16 { bytes[index] = UInt8.random(in: 0...255, using: &generator) }
            bytes[6] = 0x70 | UInt8(counter >> 8)
            bytes[7] = UInt8(counter & 0xff)
            bytes[8] = 0x80 | (bytes[8] & 0x3f)
            return Hex.encode(bytes)
        }
    }()
}

/// Rules for the names that users give to things (pipelines, models, endpoints, data sets).
package enum Name {
    /// The longest name, in bytes.
    package static let maximumBytes = 128

    /// Checks a name: letters, digits, `.`, `_`, `-`; first character a letter or digit; at most 128 bytes.
    ///
    /// - Throws: `invalid_name`.
    @discardableResult
    package static func check(_ name: String, what: String) throws -> String {
        let good = name.utf8.allSatisfy { byte in
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == 45
                || byte == 46
                || byte == 95
        }
        guard good, let first = name.utf8.first, first != 45, first != 46, first != 95, name.utf8.count <= maximumBytes
        else {
            throw PlatformError(
                ErrorCode("invalid_name", .invalidArgument),
                "'\(name.prefix(80))' cannot name a \(what).",
                nextStep: "Use letters, digits, '.', '_' and '-', beginning with a letter or digit, at most 128 bytes."
            )
        }
        return name
    }
}
