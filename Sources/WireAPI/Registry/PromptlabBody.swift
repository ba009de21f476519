import Primitives

/// A run of MLflow's prompt laboratory: `runs/create-promptlab-run`.
package struct PromptlabBody: Decodable, Sendable {
    /// A name and any value.
    package struct Parameter: Decodable, Sendable {
        /// The name.
        package let key: String
        /// The value.
        package let value: JSONValue
    }

    /// The experiment.
    package let experimentID: String?
    /// The run's name.
    package let runName: String?
    /// Tags.
    package let tags: [MLflowBodies.Pair]?
    /// The prompt with its places.
    package let promptTemplate: String?
    /// What stands in the places.
    package let promptParameters: [Parameter]?
    /// The model that was asked.
    package let modelRoute: String?
    /// How it was asked.
    package let modelParameters: [Parameter]?
    /// The filled prompt.
    package let modelInput: String?
    /// The answer.
    package let modelOutput: String?
    /// What the model said about its answer.
    package let modelOutputParameters: [Parameter]?
    /// The client's version.
    package let mlflowVersion: String?
    /// Who asks.
    package let userID: String?
    /// When it began: milliseconds.
    package let startTime: MLflowInteger?

    enum CodingKeys: String, CodingKey {
        case experimentID = "experiment_id"
        case runName = "run_name"
        case tags
        case promptTemplate = "prompt_template"
        case promptParameters = "prompt_parameters"
        case modelRoute = "model_route"
        case modelParameters = "model_parameters"
        case modelInput = "model_input"
        case modelOutput = "model_output"
        case modelOutputParameters = "model_output_parameters"
        case mlflowVersion = "mlflow_version"
        case userID = "user_id"
        case startTime = "start_time"
    }
}
