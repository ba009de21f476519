import Foundation
import NIOCore
import Primitives

/// An object as the bucket describes it.
struct S3Head {
    let key: String
    let size: Int64
    let modified: Timestamp
}

extension S3Objects {
    /// The largest object that one request copies: 5 GiB.
    private static let maximumCopyBytes: Int64 = 5 << 30
    /// Bytes of one part of a larger copy.
    private static let copyPartBytes: Int64 = 1 << 30

    func key(_ digest: Digest) -> String {
        client.location.key("\(digest.hex.prefix(2))/\(digest.hex.dropFirst(2))")
    }

    func asideKey(_ digest: Digest) -> String { client.location.key("aside/\(digest.hex)") }

    /// What the bucket knows of an object, also of one that is set aside, which is brought back.
    func head(_ digest: Digest) throws -> S3Head? {
        if let found = try head(key: key(digest)) { return found }
        return try restore(digest) ? try head(key: key(digest)) : nil
    }

    func head(key: String) throws -> S3Head? {
        let response = try client.send(S3Request(method: "HEAD", key: key, action: "look for an object"))
        if response.isMissing { return nil }
        let modified = response.headers["last-modified"].flatMap(S3Text.moment)
        let size = response.headers["content-length"].flatMap { Int64($0) }
        guard let modified, let size else {
            throw S3Failure.unavailable(client.location, "look for an object", "its answer has no size or time")
        }
        return S3Head(key: key, size: size, modified: modified)
    }

    /// Notes that an object is in use now, unless that was noted a short while ago.
    func renew(_ found: S3Head) throws {
        guard found.modified.milliseconds + renewMilliseconds <= time.now().milliseconds else { return }
        _ = try copy(found, to: found.key)
    }

    /// Copies inside the bucket.
    ///
    /// - Returns: false when the source is gone.
    func copy(_ source: S3Head, to key: String) throws -> Bool {
        let header = ("x-amz-copy-source", SignatureV4.encode("/\(client.location.bucket)/\(source.key)", inPath: true))
        if source.size <= Self.maximumCopyBytes {
            var request = S3Request(method: "PUT", key: key, action: "copy an object")
            request.headers = [
                header, ("x-amz-metadata-directive", "REPLACE"), ("Content-Type", "application/octet-stream"),
            ]
            let response = try client.send(request)
            return !response.isMissing && !response.text.contains("<Error>")
        }
        let upload = try MultipartUpload.begin(key, client)
        do {
            var tags: [String] = []
            for start in stride(from: 0, to: source.size, by: Int(Self.copyPartBytes)) {
                let end = min(source.size, start + Self.copyPartBytes)
                let range = ("x-amz-copy-source-range", "bytes=\(start)-\(end - 1)")
                tags.append(try upload.copy(tags.count + 1, [header, range]))
            }
            try upload.complete(tags)
            return true
        } catch {
            upload.abort()
            throw error
        }
    }

    func delete(key: String) throws {
        _ = try client.send(S3Request(method: "DELETE", key: key, action: "remove an object"))
    }

    /// Every key below a prefix; the name is what follows it.
    func list(_ prefix: String, _ body: (_ name: String, _ listed: S3Head) throws -> Void) throws {
        var token: String?
        repeat {
            var request = S3Request(method: "GET", key: "", action: "list objects")
            request.query = [("list-type", "2"), ("prefix", prefix)]
            if let token { request.query.append(("continuation-token", token)) }
            let text = try client.send(request).text
            for item in S3Text.elements("Contents", in: text) {
                guard let key = S3Text.element("Key", in: item), key.hasPrefix(prefix),
                    let size = S3Text.element("Size", in: item).flatMap({ Int64($0) }),
                    let modified = S3Text.element("LastModified", in: item).flatMap(S3Text.moment)
                else { continue }
                try body(String(key.dropFirst(prefix.count)), S3Head(key: key, size: size, modified: modified))
            }
            token = S3Text.element("NextContinuationToken", in: text)
        } while token != nil
    }

    func aside() throws -> [ListedObject] {
        var all: [ListedObject] = []
        try list(client.location.key("aside/")) { name, listed in
            guard let digest = try? Digest(name) else { return }
            all.append(ListedObject(digest: digest, size: listed.size, usedAt: listed.modified))
        }
        return all
    }

    func setAside(_ digest: Digest, unlessUsedSince moment: Timestamp) throws -> Bool {
        guard let found = try head(key: key(digest)), found.modified < moment,
            try copy(found, to: asideKey(digest))
        else { return false }
        // Whoever renewed the object meanwhile finds the copy, which is as new.
        try delete(key: found.key)
        _ = forget(digest)
        return true
    }

    func restore(_ digest: Digest) throws -> Bool {
        guard let found = try head(key: asideKey(digest)), try copy(found, to: key(digest)) else { return false }
        try delete(key: found.key)
        return true
    }

    func discard(_ digest: Digest) throws { try delete(key: asideKey(digest)) }
}
