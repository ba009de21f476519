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

    /// Writes, reads and removes something small where objects are kept for good.
    ///
    /// - Throws: `object_store_unavailable`, `object_store_refused`, `disk_full`, `file_failed`.
    package func probe() throws { try backend.probe() }

    /// Whether the folder of this machine is there and may be written: one look, which proves less than a probe.
    package var isFolderWritable: Bool { access(folder.root + "/tmp", W_OK) == 0 }
}
