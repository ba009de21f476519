import Hummingbird
import Primitives
import WireAPI

/// MLflow's calls about prompt-optimization jobs. This server runs no jobs of MLflow's: there are none to find, and a new
/// one is refused with a reason, as `mlflow server` does when its job execution is off.
package struct PromptOptimizationController: Sendable {
    /// Makes the controller.
    package init() {}

    /// Declares the routes.
    package func addRoutes(to routes: RouteTable) {
        let base = "prompt-optimization/jobs"
        routes.evaluation(.post, base, .trackingWrite) { _, _ in
            throw PlatformError(
                ErrorCode("FEATURE_DISABLED", .invalidArgument),
                "Mlflow server job execution feature is not enabled on this server.",
                nextStep: "Run mlflow.genai.optimize_prompts in your own process; it logs here like any run."
            )
        }
        for verb in [HTTPVerb.get, .post] {
            routes.evaluation(verb, "\(base)/search", .trackingRead) { _, members in
                _ = try members.required("experiment_id")
                return .mlflowEmpty
            }
        }
        routes.evaluation(.get, "\(base)/{job_id}", .trackingRead) { call, _ in throw try Self.missing(call) }
        routes.evaluation(.delete, "\(base)/{job_id}", .trackingWrite) { call, _ in throw try Self.missing(call) }
        routes.evaluation(.post, "\(base)/{job_id}/cancel", .trackingWrite) { call, _ in throw try Self.missing(call) }
    }

    private static func missing(_ call: MLflowCall) throws -> PlatformError {
        PlatformError.mlflowMissing("Job with ID \(try call.call.parameter("job_id")) not found")
    }
}
