import Primitives

extension RunStepper {
    /// Decides a ready task's condition, once a run: what it looks at does not change any more.
    ///
    /// - Returns: false when the task leaves the state `ready`: left out, or failed because nothing can be decided; nil
    ///   while what it looks at is being read.
    mutating func passes(_ run: ActiveRun, _ task: TaskDefinition) throws -> Bool? {
        guard let condition = task.condition, !run.decided.contains(task.name), run.machine[task.name]?.attempt == 0
        else { return true }
        let values = ConditionValues(
            parameters: run.parameters,
            inputs: run.inputs(of: task),
            states: Dictionary(
                task.upstream.compactMap { name in run.machine[name].map { (name, $0.state) } },
                uniquingKeysWith: { first, _ in first }
            ),
            objects: objects
        )
        let verdict: ConditionVerdict
        do {
            if readsLater, condition.references.contains(where: { $0.root == .inputs }) {
                guard case .condition(let answer)? = answer(run, task, .condition(condition, values)) else {
                    return nil
                }
                verdict = try answer.get()
            } else {
                verdict = try condition.decide(values)
            }
        } catch let error as PlatformError where error.code.kind != .unavailable {
            let failure = PlatformError(
                .taskConditionFailed,
                error.message,
                nextStep: error.nextStep,
                context: error.context
            )
            try apply(run.id, failure: failure) { $0.apply(.refused(task.name)) }
            return false
        }
        guard verdict.holds else {
            try apply(run.id, failure: nil, reason: verdict.explanation) { $0.apply(.excused(task.name)) }
            return false
        }
        runs[run.id]?.decided.insert(task.name)
        return true
    }

    /// What was read for a task; asks for it where that is not done.
    mutating func answer(_ run: ActiveRun, _ task: TaskDefinition, _ wanted: StepReading.Wanted) -> StepReading.Answer?
    {
        if let answer = run.answers[task.name] {
            runs[run.id]?.answers[task.name] = nil
            return answer
        }
        if !run.asked.contains(task.name) {
            runs[run.id]?.asked.insert(task.name)
            actions.append(.read(StepReading(run: run.id, task: task.name, wanted: wanted)))
        }
        return nil
    }
}
