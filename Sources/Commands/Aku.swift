import ArgumentParser

/// The verbs that work against a server. The executable adds those that open the store.
package enum ClientVerbs {
    /// One type a verb; each lives in its own folder.
    package static let all: [any ParsableCommand.Type] = [
        CollectCommand.self,
        DataCommand.self,
        RunsCommand.self,
        ModelsCommand.self,
        MonitorCommand.self,
        PipelinesCommand.self,
        EndpointsCommand.self,
        ExportCommand.self,
        ImportCommand.self,
        PredictCommand.self,
        QuickstartCommand.self,
        TaskCommand.self,
        TraceCommand.self,
        VerifyCommand.self,
    ]
}
