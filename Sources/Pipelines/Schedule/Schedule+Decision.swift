import Primitives

/// What is to be done about the times of a schedule that have come.
struct ScheduleDecision: Sendable, Hashable {
    /// Logical times that get a run, oldest first.
    var run: [Timestamp] = []
    /// The first and the last logical time that get none; nil when there is no such time.
    var missed: ClosedRange<Timestamp>?
    /// Every time up to this one is decided; nil when nothing came.
    var decided: Timestamp?
}

extension Schedule {
    /// Decides the times after one moment up to another: those that have come just now run, and of those that passed
    /// while nobody looked as many as `catchUp` allows.
    func decide(after decided: Timestamp, now: Timestamp, pipeline: String) -> ScheduleDecision {
        let after = decided.advanced(byMilliseconds: 1), end = now.advanced(byMilliseconds: 1)
        guard after < end else { return ScheduleDecision() }
        let lateness = (Self.graceSeconds + Int64(jitterSeconds)) * 1000
        let late = now.advanced(byMilliseconds: -lateness)
        var came = times(in: max(after, late)..<end)
        // In order: a time waits for the jitter of the one before it.
        if let waiting = came.firstIndex(where: { due($0, pipeline: pipeline) > now }) {
            came = Array(came[..<waiting])
        }
        var missed: [Timestamp] = []
        if after < late {
            switch catchUp {
            case .none: missed = []
            case .latest: missed = came.isEmpty ? latest(1, in: after..<late) : []
            case .all(let limit): missed = latest(max(0, limit - came.count), in: after..<late)
            }
        }
        var out = ScheduleDecision(run: missed + came)
        let last = after < late ? latest(1, in: after..<late).last : nil
        out.decided = came.last ?? last
        if let first = next(after: decided), first < min(late, out.run.first ?? late),
            let end = latest(1, in: first..<min(late, out.run.first ?? late)).last
        {
            out.missed = first...end
        }
        return out
    }

    /// The newest times of a span, oldest first. Looks back in steps that grow, since a schedule only knows what is next.
    func latest(_ count: Int, in span: Range<Timestamp>) -> [Timestamp] {
        guard count > 0 else { return [] }
        var width: Int64 = 3_600_000
        while true {
            let low = max(span.lowerBound, span.upperBound.advanced(byMilliseconds: -width))
            let found = times(in: low..<span.upperBound)
            if found.count >= count || low == span.lowerBound { return Array(found.suffix(count)) }
            width *= 4
        }
    }
}
