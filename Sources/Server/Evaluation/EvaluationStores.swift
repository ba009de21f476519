import Primitives
import Security
import Storage
import Tracking

/// The stores of the evaluation resources, made together and served together.
package struct EvaluationStores: Sendable {
    let datasets: EvaluationDatasetStore
    let scorers: ScorerStore
    let issues: IssueStore
    let labels: LabelSchemaStore
    let queues: ReviewQueueStore
    let gateway: GatewayStore

    /// Makes the stores of a database.
    ///
    /// - Parameter sealing: keeps the gateway's secrets.
    package init(
        database: any Database,
        experiments: ExperimentStore,
        sealing: SealingKey,
        time: TimeSource,
        identifiers: IdentifierSource
    ) {
        datasets = EvaluationDatasetStore(database: database, time: time, identifiers: identifiers)
        scorers = ScorerStore(database: database, time: time, identifiers: identifiers)
        issues = IssueStore(database: database, time: time, identifiers: identifiers)
        labels = LabelSchemaStore(database: database, time: time, identifiers: identifiers)
        queues = ReviewQueueStore(database: database, time: time, identifiers: identifiers)
        gateway = GatewayStore(
            database: database,
            experiments: experiments,
            seal: { secret, purpose in try sealing.seal(secret, for: purpose) },
            time: time,
            identifiers: identifiers
        )
    }

    /// Declares the routes of all of them.
    package func addRoutes(to routes: RouteTable) {
        EvaluationDatasetController(datasets: datasets).addRoutes(to: routes)
        ScorerController(scorers: scorers).addRoutes(to: routes)
        IssueController(issues: issues).addRoutes(to: routes)
        LabelSchemaController(schemas: labels).addRoutes(to: routes)
        ReviewQueueController(queues: queues).addRoutes(to: routes)
        GatewaySecretController(gateway: gateway).addRoutes(to: routes)
        GatewayEndpointController(gateway: gateway).addRoutes(to: routes)
        GatewayBudgetController(gateway: gateway).addRoutes(to: routes)
        GatewayGuardrailController(gateway: gateway).addRoutes(to: routes)
        GatewayFormController().addRoutes(to: routes)
        WorkspaceController().addRoutes(to: routes)
        PromptOptimizationController().addRoutes(to: routes)
    }
}
