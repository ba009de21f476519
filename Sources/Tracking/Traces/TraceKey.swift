/// The reserved keys of MLflow's tracing (`mlflow/tracing/constant.py`).
package enum TraceKey {
    /// Tag: the name of the trace.
    package static let name = "mlflow.traceName"
    /// Tag: where the trace's files are.
    package static let artifactLocation = "mlflow.artifactLocation"
    /// Tag: where the spans are; ``trackingStore`` when they are here.
    package static let spansLocation = "mlflow.trace.spansLocation"
    /// The value of ``spansLocation`` for spans kept in the database.
    package static let trackingStore = "TRACKING_STORE"
    /// Tag that only the server sets.
    package static let archiveLocation = "mlflow.trace.archiveLocation"
    /// Tag that only the server sets, and anyone may delete.
    package static let archivalFailure = "mlflow.trace.archivalFailure"
    /// Tag: the prompts that the trace used.
    package static let linkedPrompts = "mlflow.linkedPrompts"
    /// Metadata: the run that made the trace.
    package static let sourceRun = "mlflow.sourceRun"
    /// Metadata: sizes of the spans, with their number.
    package static let sizeStatistics = "mlflow.trace.sizeStats"
    /// Metadata: the sum of tokens.
    package static let tokenUsage = "mlflow.trace.tokenUsage"
    /// Metadata: the sum of costs.
    package static let cost = "mlflow.trace.cost"
    /// Metadata: the session of the application.
    package static let session = "mlflow.trace.session"
    /// Metadata: the user of the application.
    package static let user = "mlflow.trace.user"
    /// Metadata: set once the client said how the trace ended; spans no longer change what it said.
    package static let finalized = "mlflow.trace.infoFinalized"
    /// Metadata of an assessment: the run that made it.
    package static let assessmentRun = "mlflow.assessment.sourceRunId"

    /// Span attributes.
    package enum Span {
        /// The id of the trace.
        package static let traceID = "mlflow.traceRequestId"
        /// What went in.
        package static let inputs = "mlflow.spanInputs"
        /// What came out.
        package static let outputs = "mlflow.spanOutputs"
        /// What kind of work it was.
        package static let type = "mlflow.spanType"
        /// Tokens used.
        package static let usage = "mlflow.chat.tokenUsage"
        /// Cost in dollars.
        package static let cost = "mlflow.llm.cost"
        /// The model's name.
        package static let model = "mlflow.llm.model"
        /// Who serves the model.
        package static let provider = "mlflow.llm.provider"
        /// How messages are written.
        package static let messageFormat = "mlflow.message.format"
        /// The tools that the model was offered.
        package static let tools = "mlflow.chat.tools"
        /// Before a tag of the trace, on the root span.
        package static let tagPrefix = "mlflow.traceTag."
    }
}
