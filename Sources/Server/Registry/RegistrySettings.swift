/// What the registry is told at start: where webhooks may go, which sources versions may have, how models are scanned.
package struct RegistrySettings: Sendable, Equatable {
    /// Where webhooks may go.
    package var webhooks = WebhookPolicy()
    /// A regular expression that every version's source must match: `MLFLOW_CREATE_MODEL_VERSION_SOURCE_VALIDATION_REGEX`.
    package var sourcePattern: String?
    /// What happens with a model in which the scanner finds something.
    package var modelScan = ModelScanMode.warn

    /// The defaults.
    package init() {}

    /// Reads MLflow's settings of an environment.
    package init(environment: [String: String]) {
        webhooks = WebhookPolicy(environment: environment)
        sourcePattern = environment["MLFLOW_CREATE_MODEL_VERSION_SOURCE_VALIDATION_REGEX"].flatMap {
            $0.isEmpty ? nil : $0
        }
    }
}

/// What happens with a model in which the scanner finds something.
package enum ModelScanMode: String, Sendable, CaseIterable {
    /// Nobody looks.
    case off
    /// The findings are recorded as an attestation of kind `scan`.
    case warn
    /// The version is refused.
    case refuse
}
