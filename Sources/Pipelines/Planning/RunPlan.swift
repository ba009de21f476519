/// The shape of a pipeline as the run state machine needs it: indices instead of names.
package struct RunPlan: Sendable, Hashable {
    /// Task names in file order.
    package let names: [String]
    /// For each task, those that it waits for.
    let upstream: [[Int]]
    /// For each task, those that wait for it.
    let downstream: [[Int]]
    /// For each task, what it wants of those that it waits for.
    let joins: [JoinRule]
    /// For each task, whether it is executed once for each element of something.
    let isMapped: [Bool]
    /// For each task, whether it is executed only after the run has failed.
    let isForFailure: [Bool]
    /// For each task, how failures are repeated.
    let retries: [RetryPolicy]
    private let indices: [String: Int]

    /// The plan of a definition, which is free of cycles by construction.
    package init(_ definition: PipelineDefinition) {
        names = definition.tasks.map(\.name)
        let indices = Dictionary(
            names.enumerated().map { ($0.element, $0.offset) },
            uniquingKeysWith: { first, _ in first }
        )
        self.indices = indices
        let upstream = definition.tasks.map { task in task.upstream.compactMap { indices[$0] } }
        var downstream = [[Int]](repeating: [], count: names.count)
        for (index, needed) in upstream.enumerated() {
            for other in needed { downstream[other].append(index) }
        }
        self.upstream = upstream
        self.downstream = downstream
        isMapped = definition.tasks.map { $0.map != nil }
        isForFailure = definition.tasks.map(\.isForFailure)
        joins = definition.tasks.map(\.join)
        retries = definition.tasks.map(\.retries)
    }

    /// The place of a task, or nil.
    func index(of name: String) -> Int? { indices[name] }
}
