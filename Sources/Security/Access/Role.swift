import Primitives

/// A named set of permissions that a token carries.
package enum Role: String, Sendable, Codable, CaseIterable {
    /// Everything.
    case admin
    /// Everything but administration.
    case `operator`
    /// Reads, changes nothing.
    case viewer
    /// What a running pipeline task needs; its tokens live as long as the task may run.
    case task

    /// What the role may do.
    package var permissions: Set<Permission> {
        switch self {
        case .admin: Set(Permission.allCases)
        case .`operator`: Set(Permission.allCases).subtracting([.admin])
        case .viewer:
            [
                .open, .dataRead, .objectsRead, .pipelinesRead, .trackingRead, .modelsRead, .endpointsRead,
                .monitorRead,
                .journalRead, .consoleRead,
            ]
        case .task:
            [
                .open, .dataRead, .dataWrite, .objectsRead, .objectsWrite, .pipelinesRead, .pipelinesReport,
                .trackingRead,
                .trackingWrite,
                .modelsRead, .modelsWrite, .modelsPromote, .endpointsRead, .endpointsDeploy, .endpointsPredict,
                .monitorRead,
            ]
        }
    }
}
