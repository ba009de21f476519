import Foundation
import NIOCore
import Primitives

@testable import Storage

extension S3Objects {
    /// Another machine that uses the same bucket.
    convenience init(sharing other: S3Objects, folder: ObjectFolder, cacheBytes: Int64? = nil) {
        self.init(
            location: other.client.location,
            credentials: S3Credentials(
                accessKey: S3Server.environment["AWS_ACCESS_KEY_ID"] ?? "",
                secretKey: S3Server.environment["AWS_SECRET_ACCESS_KEY"] ?? "",
                sessionToken: nil
            ),
            folder: folder,
            time: other.time,
            renewSeconds: other.renewMilliseconds / 1000,
            cacheBytes: cacheBytes
        )
    }

    /// Puts other bytes under an object's key, as bit rot or a wrong hand would.
    func overwrite(_ digest: Digest, with bytes: Data) throws {
        var request = S3Request(method: "PUT", key: key(digest), action: "overwrite an object")
        request.body = ByteBuffer(bytes: bytes)
        _ = try client.send(request)
    }
}
