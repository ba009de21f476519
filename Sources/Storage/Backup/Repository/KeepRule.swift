import Primitives

/// Which points of a repository are kept: so many of the newest, and the newest of each of so many hours, days, weeks,
/// months or years (UTC) that have any. The newest of all is always kept.
package struct KeepRule: Sendable, Equatable {
    /// A stretch of time that has one point left.
    private enum Period: String, CaseIterable {
        case last, hourly, daily, weekly, monthly, yearly

        /// The same text for moments of the same stretch.
        func name(_ moment: Timestamp) -> String {
            switch self {
            case .last: "\(moment.milliseconds)"
            case .hourly: String(moment.description.prefix(13))
            case .daily: String(moment.description.prefix(10))
            // 1970-01-01 was a Thursday: weeks begin on Mondays.
            case .weekly: "\((moment.milliseconds / 86_400_000 + 3) / 7)"
            case .monthly: String(moment.description.prefix(7))
            case .yearly: String(moment.description.prefix(4))
            }
        }
    }

    /// The most points that one word may keep.
    private static let maximumCount = 1_000_000

    private let counts: [Period: Int]

    /// Reads `last=10,hourly=48,daily=30,weekly=12,monthly=12,yearly=5`; each may be left out.
    ///
    /// - Throws: `invalid_argument`.
    package init(_ text: String) throws {
        var counts: [Period: Int] = [:]
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let pair = part.split(separator: "=", omittingEmptySubsequences: false)
            guard pair.count == 2, let period = Period(rawValue: String(pair[0])), counts[period] == nil,
                let count = Int(pair[1]), (1...Self.maximumCount).contains(count)
            else {
                throw PlatformError(
                    .invalidArgument,
                    "'\(part.prefix(60))' does not say which points to keep.",
                    nextStep: "Write for example last=10,hourly=48,daily=30,weekly=12,monthly=12,yearly=5."
                )
            }
            counts[period] = count
        }
        self.counts = counts
    }

    /// The points that are kept.
    package func kept(of points: [BackupPointName]) -> Set<BackupPointName> {
        let newestFirst = points.sorted(by: >)
        var kept = Set(newestFirst.prefix(1))
        for (period, count) in counts {
            var seen: Set<String> = []
            for point in newestFirst where seen.count < count {
                if seen.insert(period == .last ? point.path : period.name(point.moment)).inserted { kept.insert(point) }
            }
        }
        return kept
    }
}
