/// What the registry is told at start: where webhooks may go, which sources versions may have, how models are scanned.
package struct RegistrySettings: Sendable, Equatable {
    /// Where webhooks may go.
    package var webhooks = WebhookPolicy()
    /// A regular expression that every version's source must match: `MLFLOW_CREATE_MODEL_VERSION_SOURCE_VALIDATION_REGEX`.
    package var sourcePattern: String?
    /// What happens with a model in which the scanner finds something.
    package var modelScan = ModelScanMode.warn
    /// What happens with an uploaded artifact in which the scanner finds something. Off by default: MLflow's clients upload
    /// pickles all day, and what becomes a version is looked into then.
    package var uploadScan = ModelScanMode.off

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
    /// The findings are recorded: on a version as an attestation of kind `scan`, of an upload as `artifact.flagged`.
    case warn
    /// The version, or the upload, is refused.
    case refuse
}
