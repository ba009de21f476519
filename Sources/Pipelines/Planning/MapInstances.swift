/// The instances of one mapped task of a run: states in pages, so that a step that changes one copies one page.
struct MapInstances: Sendable, Hashable {
    private static let pageSize = 1_024

    let count: Int
    private var pages: [[TaskStatus]]
    /// Instances that are not over.
    private(set) var open: Int
    /// Instances that failed for good.
    private(set) var failures = 0
    /// Instances with an attempt on its way.
    private(set) var running: Set<Int> = []
    /// No instance before this one has never begun.
    private var cursor = 0
    /// Instances that have begun before and may begin again, in that order.
    private var again: [Int] = []

    /// Instances in the states given; the others have not begun.
    init(count: Int, statuses: [Int: TaskStatus] = [:]) {
        self.count = count
        open = count
        let pageCount = (count + Self.pageSize - 1) / Self.pageSize
        pages = (0..<pageCount).map { page in
            Array(
                repeating: TaskStatus(state: .ready),
                count: min(Self.pageSize, count - page * Self.pageSize)
            )
        }
        for (index, status) in statuses.sorted(by: { $0.key < $1.key }) where index < count {
            self[index] = status
            if status.state.isFinal { open -= 1 }
            if status.state == .failed { failures += 1 }
            if status.state == .running { running.insert(index) }
            if status.state == .ready { again.append(index) }
        }
    }

    subscript(index: Int) -> TaskStatus {
        get { pages[index / Self.pageSize][index % Self.pageSize] }
        set { pages[index / Self.pageSize][index % Self.pageSize] = newValue }
    }

    /// The instance that begins next; nil when all have begun.
    mutating func next() -> Int? {
        while let index = again.first {
            if self[index].state == .ready { return index }
            again.removeFirst()
        }
        while cursor < count, self[cursor].state != .ready || self[cursor].attempt > 0 { cursor += 1 }
        return cursor < count ? cursor : nil
    }

    /// Whether an instance may begin.
    var hasNext: Bool {
        var copy = self
        return copy.next() != nil
    }

    mutating func move(_ index: Int, to state: TaskState) {
        let before = self[index].state
        self[index].state = state
        if before == .running { running.remove(index) }
        switch state {
        case .running: running.insert(index)
        case .ready: again.append(index)
        case .failed: failures += 1
        default: break
        }
        if state.isFinal, !before.isFinal { open -= 1 }
    }

    /// Ends those that have never begun, of which no row exists.
    mutating func abandonFresh() {
        for index in 0..<count where self[index].state == .ready && self[index].attempt == 0 {
            self[index].state = .cancelled
            open -= 1
        }
    }

    /// Instances in a state, in order.
    func indices(where matches: (TaskState) -> Bool) -> [Int] { (0..<count).filter { matches(self[$0].state) } }
}
