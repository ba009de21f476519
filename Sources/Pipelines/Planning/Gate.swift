/// What a waiting task knows of those that it waits for.
struct Gate: Sendable, Hashable {
    /// How many are not over.
    private var open: Int
    private var isCancelled = false
    /// One failed, or was skipped because another had.
    private var hasBad = false
    private var hasExcused = false
    private var hasGood = false

    init(open: Int) {
        self.open = open
    }

    /// Takes in that one is over.
    mutating func count(_ state: TaskState) {
        open -= 1
        switch state {
        case .succeeded, .cached: hasGood = true
        case .excused: hasExcused = true
        case .cancelled: isCancelled = true
        default: hasBad = true
        }
    }

    /// Where the task goes; nil while it waits. It does not depend on the order in which the others ended.
    func verdict(_ rule: JoinRule) -> TaskState? {
        if isCancelled { return nil }
        if hasBad, rule != .over { return .skipped }
        guard open == 0 else { return nil }
        switch rule {
        case .over: return .ready
        case .any: return hasGood || !hasExcused ? .ready : .excused
        case .all: return hasExcused ? .excused : .ready
        }
    }
}
