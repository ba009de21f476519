import Foundation
import Primitives

/// Where deliveries may go and how long they are tried: MLflow's settings of the same names.
package struct WebhookPolicy: Sendable, Equatable {
    /// URL schemes; `https` alone unless `MLFLOW_WEBHOOK_ALLOWED_SCHEMES` says otherwise.
    package var schemes: [String] = ["https"]
    /// Whether addresses that are not public may be reached: `MLFLOW_WEBHOOK_ALLOW_PRIVATE_IPS`.
    package var allowsPrivateAddresses = false
    /// One attempt's longest time: `MLFLOW_WEBHOOK_REQUEST_TIMEOUT`.
    package var timeoutSeconds: Int64 = 30
    /// Attempts after the first: `MLFLOW_WEBHOOK_REQUEST_MAX_RETRIES`.
    package var retries = 3
    /// Messages that are on their way at once: `MLFLOW_WEBHOOK_DELIVERY_MAX_WORKERS`.
    package var workers = 10

    /// MLflow's defaults.
    package init() {}

    /// Reads the settings of an environment; a value that cannot be read leaves the default.
    package init(environment: [String: String]) {
        func number(_ name: String, _ range: ClosedRange<Int>) -> Int? {
            environment["MLFLOW_WEBHOOK_\(name)"].flatMap { Int($0) }.map {
                min(max($0, range.lowerBound), range.upperBound)
            }
        }
        if let text = environment["MLFLOW_WEBHOOK_ALLOWED_SCHEMES"] {
            let names = text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces).lowercased() }
            schemes = names.filter { $0 == "http" || $0 == "https" }
        }
        let allows = environment["MLFLOW_WEBHOOK_ALLOW_PRIVATE_IPS"]?.lowercased()
        allowsPrivateAddresses = allows == "true" || allows == "1"
        timeoutSeconds = number("REQUEST_TIMEOUT", 1...300).map(Int64.init) ?? timeoutSeconds
        retries = number("REQUEST_MAX_RETRIES", 0...10) ?? retries
        workers = number("DELIVERY_MAX_WORKERS", 1...64) ?? workers
    }

    /// The host of a URL that this policy allows by its form alone; its addresses are checked before each connection.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE`.
    func host(of url: String) throws -> String {
        if url.allSatisfy(\.isWhitespace) {
            throw PlatformError.mlflowInvalid("Webhook URL cannot be empty or just whitespace: '\(url.prefix(100))'")
        }
        guard url.utf8.count <= 2048, let parts = URLComponents(string: url) else {
            throw PlatformError.mlflowInvalid("Invalid webhook URL '\(url.prefix(200))'")
        }
        let scheme = parts.scheme?.lowercased() ?? ""
        guard schemes.contains(scheme) else {
            throw PlatformError.mlflowInvalid(
                "Invalid webhook URL scheme: '\(scheme.prefix(50))'. Allowed schemes are: \(schemes.joined(separator: ", "))."
            )
        }
        guard parts.user == nil, parts.password == nil else {
            throw PlatformError.mlflowInvalid("Webhook URL must not include credentials; use the secret instead.")
        }
        let host = (parts.host ?? "").trimmingCharacters(in: ["[", "]"])
        guard !host.isEmpty else {
            throw PlatformError.mlflowInvalid("Webhook URL must include a hostname: '\(url.prefix(200))'")
        }
        return host
    }
}
