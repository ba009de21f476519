import Foundation
import Primitives
import WireAPI

/// The replies of MLflow's API as far as an import reads them. The wire's `run_id` is `runId` here, and so on.
enum MLflowReplies {
    struct Pair: Decodable, Sendable {
        let key: String
        let value: String?

        var pair: ImportedPair { ImportedPair(key, value ?? "") }
    }

    struct Experiments: Decodable, Sendable {
        let experiments: [Experiment]?
        let nextPageToken: String?
    }

    struct Experiment: Decodable, Sendable {
        let experimentId: String
        let name: String
        let artifactLocation: String?
        let lifecycleStage: String?
        let creationTime: MLflowInteger?
        let lastUpdateTime: MLflowInteger?
        let tags: [Pair]?

        var number: Int64 {
            get throws { try MLflowReplies.number(experimentId) }
        }
    }

    struct Metric: Decodable, Sendable {
        let key: String
        let value: MLflowReal?
        let timestamp: MLflowInteger?
        let step: MLflowInteger?
        let runId: String?
        let datasetName: String?
        let datasetDigest: String?

        /// The value as both servers store it: nil for NaN, the largest doubles for the infinities.
        var stored: Double? {
            guard let number = value?.value, !number.isNaN else { return value == nil ? 0 : nil }
            if number.isFinite { return number }
            return number > 0 ? .greatestFiniteMagnitude : -.greatestFiniteMagnitude
        }
    }

    struct History: Decodable, Sendable {
        let metrics: [Metric]?
        let nextPageToken: String?
    }

    struct Artifacts: Decodable, Sendable {
        struct File: Decodable, Sendable {
            let path: String
            let isDir: Bool?
            let fileSize: MLflowInteger?
        }

        let files: [File]?
    }

    /// Decodes a reply.
    ///
    /// - Throws: `invalid_json`.
    static func decode<Reply: Decodable>(_ type: Reply.Type, from data: Foundation.Data) throws -> Reply {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        do {
            return try decoder.decode(type, from: data)
        } catch let error as DecodingError {
            throw PlatformError(
                .invalidJSON,
                "The reply of the MLflow server cannot be read: \(error)",
                nextStep: "Check that the address is an MLflow server's, version 3."
            )
        }
    }

    static func number(_ text: String) throws -> Int64 {
        guard let number = Int64(text) else {
            throw PlatformError(
                ErrorCode("import_invalid", .invalidArgument),
                "Experiment '\(text.prefix(60))' has no number."
            )
        }
        return number
    }
}
