import Primitives

extension PipelineDefinition {
    /// Other engines have deadlines and callbacks with rules of their own, which are not these.
    ///
    /// - Throws: `pipeline_not_exportable` for a pipeline with a deadline or tasks for a failure.
    func checkWithoutOwnEnd() throws {
        var keys: [String] = []
        if deadlineSeconds != nil { keys.append("deadline_seconds") }
        if tasks.contains(where: \.isForFailure) { keys.append("on_failure") }
        if keys.isEmpty { return }
        throw PlatformError(
            .pipelineNotExportable,
            "Only the platform's own engine knows \(keys.map { "'\($0)'" }.joined(separator: " and ")).",
            nextStep: "Run it with 'aku pipelines run', or say that in the other engine and leave it out here.",
            context: ["pipeline": name]
        )
    }
}
