import Primitives
import Serving
import TestSupport
import Testing

struct JobQueueTests {
    private static let origin = ContinuousClock.now
    private let groups = [BatchGroup(), BatchGroup()]

    private func entry(
        _ payload: Int,
        _ priority: RequestPriority = .normal,
        group: Int? = 0,
        rows: Int = 1,
        seconds: Int = 1000
    ) -> JobQueue<Int>.Entry {
        JobQueue.Entry(
            priority: priority,
            deadline: Self.origin + .seconds(seconds),
            group: group.map { ObjectIdentifier(groups[$0]) },
            rows: rows,
            payload: payload
        )
    }

    private func take(_ queue: inout JobQueue<Int>, seconds: Int = 0, workers: Int = 1) -> [Int] {
        queue.take(at: Self.origin + .seconds(seconds), maximumRows: 8, workers: workers) { _ in true }.batch
            .map(\.payload)
    }

    @Test func `The higher priority goes first, and takes others of its model along in order`() {
        var queue = JobQueue<Int>()
        queue.add(entry(1, .low))
        queue.add(entry(2, group: 1))
        queue.add(entry(3))
        queue.add(entry(4, .high))
        #expect(take(&queue) == [4, 3, 1])
        #expect(take(&queue) == [2])
        #expect(take(&queue) == [])
    }

    @Test func `A model that is not batch-invariant runs one request at a time`() {
        var queue = JobQueue<Int>()
        for payload in 1...3 { queue.add(entry(payload, group: nil)) }
        #expect([take(&queue), take(&queue), take(&queue)] == [[1], [2], [3]])
    }

    @Test func `A batch is bounded, and a request that does not fit is not overtaken`() {
        var queue = JobQueue<Int>()
        for (payload, rows) in [(1, 3), (2, 4), (3, 5), (4, 1), (5, 20), (6, 1)] {
            queue.add(entry(payload, rows: rows))
        }
        #expect([take(&queue), take(&queue), take(&queue), take(&queue)] == [[1, 2], [3, 4], [5], [6]])
    }

    @Test func `Two workers share what waits`() {
        var queue = JobQueue<Int>()
        for payload in 1...6 { queue.add(entry(payload)) }
        #expect(take(&queue, workers: 2) == [1, 2, 3])
        #expect(take(&queue, workers: 2) == [4, 5])
        #expect(take(&queue, workers: 2) == [6])
    }

    @Test func `A full queue gives up its youngest entry of the lowest priority, never one as high as the newcomer`() {
        var queue = JobQueue<Int>()
        for (payload, priority) in [(1, RequestPriority.low), (2, .low), (3, .normal), (4, .high)] {
            queue.add(entry(payload, priority))
        }
        #expect(queue.displace(below: .low) == nil)
        #expect([queue.displace(below: .high), queue.displace(below: .high)].map { $0?.payload } == [2, 1])
        #expect(queue.displace(below: .normal) == nil)
        #expect(queue.displace(below: .high)?.payload == 3)
        #expect(take(&queue) == [4])
    }

    @Test func `What is late when a worker looks is dropped, not run`() {
        var queue = JobQueue<Int>()
        for (payload, seconds) in [(1, 5), (2, 20), (3, 9), (4, 30)] { queue.add(entry(payload, seconds: seconds)) }
        let (batch, late) = queue.take(at: Self.origin + .seconds(10), maximumRows: 8, workers: 1) { _ in true }
        #expect(batch.map(\.payload) == [2, 4])
        #expect(late.map(\.payload) == [1, 3])
        #expect(queue.count == 0)
    }

    @Test(arguments: 1...40) func `In every order of events each entry ends once, in order and in time`(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        var queue = JobQueue<Int>()
        var waiting: [Int: JobQueue<Int>.Entry] = [:]
        var unwanted: Set<Int> = []
        var now = 0
        func place(_ payload: Int, _ entry: JobQueue<Int>.Entry) -> (Int, Int) { (entry.priority.line, payload) }
        for payload in 0..<600 {
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<5:
                let new = entry(
                    payload,
                    RequestPriority.allCases.randomElement(using: &random) ?? .normal,
                    group: [nil, 0, 1][Int.random(in: 0..<3, using: &random)],
                    rows: Int.random(in: 1...12, using: &random),
                    seconds: now + Int.random(in: 0..<60, using: &random)
                )
                queue.add(new)
                waiting[payload] = new
            case 5:
                if let gone = waiting.keys.sorted().randomElement(using: &random) { unwanted.insert(gone) }
            case 6:
                let limit = RequestPriority.allCases.randomElement(using: &random) ?? .normal
                let youngest = waiting.filter { $0.value.priority.line > limit.line }
                    .max { place($0.key, $0.value) < place($1.key, $1.value) }?.key
                #expect(queue.displace(below: limit)?.payload == youngest)
                if let youngest { waiting[youngest] = nil }
            case 7:
                now += Int.random(in: 0..<20, using: &random)
                let expected = waiting.filter { $0.value.deadline < Self.origin + .seconds(now) }.keys.sorted()
                let removed = queue.remove { $0.deadline < Self.origin + .seconds(now) }.map(\.payload)
                #expect(removed.sorted() == expected)
                for payload in removed { waiting[payload] = nil }
            default:
                let moment = Self.origin + .seconds(now)
                let workers = Int.random(in: 1...3, using: &random)
                var refused: [Int] = []
                let (batch, late) = queue.take(at: moment, maximumRows: 8, workers: workers) { payload in
                    if unwanted.contains(payload) { refused.append(payload) }
                    return !unwanted.contains(payload)
                }
                for payload in refused { #expect(waiting.removeValue(forKey: payload) != nil) }
                let good = waiting.filter { $0.value.deadline >= moment && !unwanted.contains($0.key) }
                    .sorted { place($0.key, $0.value) < place($1.key, $1.value) }
                #expect(batch.first?.payload == good.first?.key)
                // The batch is a prefix of what waits of its group.
                let mates = batch.first.map { first in
                    first.group == nil ? [first.payload] : good.filter { $0.value.group == first.group }.map(\.key)
                }
                #expect(batch.map(\.payload) == Array((mates ?? []).prefix(batch.count)))
                #expect(batch.count <= 1 || batch.reduce(0) { $0 + $1.rows } <= 8)
                for entry in late { #expect(waiting[entry.payload] != nil && entry.deadline < moment) }
                for entry in batch + late { waiting[entry.payload] = nil }
            }
        }
        #expect(queue.count == waiting.count)
        #expect(queue.remove { _ in true }.map(\.payload).sorted() == waiting.keys.sorted())
    }
}
