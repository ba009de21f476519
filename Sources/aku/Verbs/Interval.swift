import Primitives

/// A length of time as people write it: `30s`, `5m`, `2h`, `1d`.
struct Interval {
    let seconds: Int

    /// - Throws: `invalid_argument`.
    init(_ text: String, allowingZero: Bool = false) throws {
        let units: [Character: Int] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        guard let unit = text.last.flatMap({ units[$0] }), let count = Int(text.dropLast()),
            count >= (allowingZero ? 0 : 1),
            count <= 100_000
        else {
            throw PlatformError(
                .invalidArgument,
                "'\(text.prefix(40))' is no length of time.",
                nextStep: "Write a whole number and s, m, h or d, for example 5m."
            )
        }
        seconds = count * unit
    }

    /// - Throws: `invalid_argument`.
    init(_ text: String) throws { try self.init(text, allowingZero: false) }
}
