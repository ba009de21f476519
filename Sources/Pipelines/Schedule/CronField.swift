import Primitives

/// One of the five fields of a cron expression.
struct CronField: Sendable {
    let what: String
    let bounds: ClosedRange<Int>
    /// Names of values, the first for the lowest bound.
    let names: [String]

    static let minute = CronField(what: "minute", bounds: 0...59, names: [])
    static let hour = CronField(what: "hour", bounds: 0...23, names: [])
    static let day = CronField(what: "day of the month", bounds: 1...31, names: [])
    static let month = CronField(
        what: "month",
        bounds: 1...12,
        names: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
    )
    /// 7 is Sunday, as 0 is.
    static let weekday = CronField(
        what: "day of the week",
        bounds: 0...7,
        names: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
    )

    /// The values that a field's text allows, one bit each.
    func parse(_ text: String) throws(CronProblem) -> UInt64 {
        var bits: UInt64 = 0
        for item in text.split(separator: ",", omittingEmptySubsequences: false) {
            bits |= try parse(item: String(item))
        }
        return bits
    }

    private func parse(item: String) throws(CronProblem) -> UInt64 {
        let parts = item.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count <= 2, let range = parts.first, !range.isEmpty else { throw unreadable(item) }
        var step = 1
        if parts.count == 2 {
            guard let value = number(parts[1]), value >= 1, value <= bounds.upperBound else {
                throw CronProblem(
                    "The step '\(parts[1].prefix(20))' of the \(what) is not from 1 to \(bounds.upperBound).",
                    "Write for example */5."
                )
            }
            step = value
        }
        let (low, high): (Int, Int)
        if range == "*" {
            (low, high) = (bounds.lowerBound, bounds.upperBound == 7 ? 6 : bounds.upperBound)
        } else if range.dropFirst().contains("-") {
            let ends = range.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
            guard ends.count == 2 else { throw unreadable(item) }
            (low, high) = (try value(ends[0], item), try value(ends[1], item))
            guard low <= high else {
                throw CronProblem(
                    "The range '\(item.prefix(20))' of the \(what) runs backwards.",
                    "Write two ranges: \(ends[0])-\(bounds.upperBound == 7 ? 6 : bounds.upperBound),"
                        + "\(bounds.lowerBound)-\(ends[1])."
                )
            }
        } else {
            low = try value(range, item)
            high = parts.count == 2 ? (bounds.upperBound == 7 ? 6 : bounds.upperBound) : low
        }
        var bits: UInt64 = 0
        for value in stride(from: low, through: high, by: step) {
            bits |= 1 << UInt64(bounds.upperBound == 7 ? value % 7 : value)
        }
        return bits
    }

    private func value(_ text: String, _ item: String) throws(CronProblem) -> Int {
        if let place = names.firstIndex(of: text.lowercased()) { return place + bounds.lowerBound }
        guard let value = number(text) else {
            if !names.isEmpty, text.allSatisfy(\.isLetter) {
                throw CronProblem(
                    "'\(text.prefix(20))' is no \(what).",
                    Suggestion.phrase(for: text, among: names)
                )
            }
            throw unreadable(item)
        }
        guard bounds.contains(value) else {
            throw CronProblem(
                "\(value) is no \(what); it must be from \(bounds.lowerBound) to \(bounds.upperBound).",
                "Fields are: minute, hour, day of the month, month, day of the week."
            )
        }
        return value
    }

    /// Digits alone: `Int` would take a sign.
    private func number(_ text: String) -> Int? {
        text.count <= 4 && !text.isEmpty && text.utf8.allSatisfy { (48...57).contains($0) } ? Int(text) : nil
    }

    private func unreadable(_ item: String) -> CronProblem {
        CronProblem(
            "'\(item.prefix(40))' cannot be read as the \(what).",
            "Write *, a value, a range 1-5, a step */5, or several of them with commas."
        )
    }
}

/// What is wrong with a cron expression.
package struct CronProblem: Error, Sendable, Hashable {
    /// What is wrong.
    package let message: String
    /// What to do.
    package let nextStep: String
    /// Whether the expression can be read but names no day that there is.
    package let neverFires: Bool

    init(_ message: String, _ nextStep: String, neverFires: Bool = false) {
        self.message = message
        self.nextStep = nextStep
        self.neverFires = neverFires
    }
}
