/// What a principal may be allowed to do. Every route names exactly one; a route without one does not compile.
package enum Permission: String, Sendable, Codable, CaseIterable {
    /// Anyone, without a token: health checks and the static files of the console.
    case open = "open"
    case dataRead = "data.read"
    case dataWrite = "data.write"
    case objectsRead = "objects.read"
    case objectsWrite = "objects.write"
    case pipelinesRead = "pipelines.read"
    case pipelinesWrite = "pipelines.write"
    case pipelinesRun = "pipelines.run"
    /// A task's own attempt: its order, its signs of life, its outcome.
    case pipelinesReport = "pipelines.report"
    case trackingRead = "tracking.read"
    case trackingWrite = "tracking.write"
    case modelsRead = "models.read"
    case modelsWrite = "models.write"
    case modelsPromote = "models.promote"
    case endpointsRead = "endpoints.read"
    case endpointsDeploy = "endpoints.deploy"
    case endpointsPredict = "endpoints.predict"
    case monitorRead = "monitor.read"
    case monitorWrite = "monitor.write"
    case journalRead = "journal.read"
    case consoleRead = "console.read"
    case admin = "admin"
}
