import Foundation
import Primitives

extension ObjectStore {
    /// Opens a store in a bucket, with a folder in front. Asks the bucket for nothing yet.
    ///
    /// - Parameters:
    ///   - cache: the folder on this machine.
    ///   - environment: where the credentials are found; see `S3Location` for the rest.
    /// - Throws: `s3_credentials_missing`, `file_failed`.
    package init(
        bucket location: S3Location,
        cache: String,
        environment: [String: String],
        time: TimeSource = .system
    ) throws {
        let objects = S3Objects(
            location: location,
            credentials: try S3Credentials.find(environment: environment),
            folder: try ObjectFolder(root: cache),
            time: time
        )
        self.init(backend: objects)
    }

    /// Writes, reads and removes a small key, as `aku doctor` and the start of a server do; nothing for a folder.
    ///
    /// - Throws: `object_store_unavailable`, `object_store_refused`.
    package func probe() throws { try backend.probe() }
}
