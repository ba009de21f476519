import Foundation
import NIOCore
import Primitives
import Synchronization

/// Objects kept in a bucket, `<prefix>/<first 2 digits>/<other 62>`, with a bounded folder of this machine in front: what
/// is put is uploaded before it is acknowledged; what is read is fetched once, checked against its SHA-256, and served from
/// the folder.
///
/// Several servers may share a bucket. An object counts as used since its `LastModified`; whoever asks for an older one
/// renews that with a copy inside the bucket.
final class S3Objects: ObjectBackend {
    /// Bytes of one part; an object above is sent in parts.
    static let partBytes: Int64 = 8 << 20
    /// Parts of one object on their way at once.
    private static let partsAtOnce = 4
    /// A use is noted again after this many seconds, unless told otherwise.
    static let standardRenewSeconds: Int64 = 6 * 3600

    let folder: ObjectFolder
    let client: S3Client
    let cache: ObjectCache
    let renewMilliseconds: Int64
    let time: TimeSource
    /// Objects whose bytes in the bucket were found damaged: put again, they are sent again.
    private let damaged = Mutex<Set<Digest>>([])
    private let fetches = FetchTable()

    init(
        location: S3Location,
        credentials: S3Credentials,
        folder: ObjectFolder,
        time: TimeSource,
        renewSeconds: Int64 = standardRenewSeconds,
        cacheBytes: Int64? = nil
    ) {
        self.folder = folder
        self.time = time
        client = S3Client(location: location, credentials: credentials, time: time)
        cache = ObjectCache(folder: folder, maximumBytes: cacheBytes ?? location.cacheBytes)
        renewMilliseconds = renewSeconds * 1000
    }

    var minimumGraceSeconds: Int64 { 2 * renewMilliseconds / 1000 }

    func open(_ digest: Digest) throws -> DiskFile {
        for _ in 0..<3 {
            if let file = try folder.open(digest) {
                _ = folder.touch(digest)
                return file
            }
            try fetches.alone(digest) {
                if !folder.contains(digest) { try fetch(digest) }
            }
        }
        throw S3Failure.unavailable(
            client.location,
            "keep an object here",
            "the cache is smaller than what is read at once"
        )
    }

    func size(_ digest: Digest) throws -> Int64 {
        if let file = try folder.open(digest) { return try file.status().size }
        guard let found = try head(digest) else { throw ObjectFailure.missing(digest) }
        return found.size
    }

    func holds(_ digest: Digest) throws -> Bool {
        guard let found = try head(digest) else { return false }
        try renew(found)
        return true
    }

    func holdsGood(_ object: StoredObject) throws -> Bool {
        guard !damaged.withLock({ $0.contains(object.digest) }), let found = try head(object.digest),
            found.size == object.size
        else { return false }
        try renew(found)
        return true
    }

    func keep(_ file: DiskFile, as object: StoredObject, chunks: ChunkList) throws {
        let key = key(object.digest)
        if object.size <= Self.partBytes {
            var request = S3Request(method: "PUT", key: key, action: "store an object")
            request.body = ByteBuffer(bytes: try file.read(Int(object.size), at: 0))
            request.bodyHash = object.digest.hex
            request.headers = [("Content-Type", "application/octet-stream")]
            // The content under a key is always the same: where it is already, nothing is to be done.
            let isDamaged = damaged.withLock { $0.contains(object.digest) }
            if !isDamaged { request.headers.append(("If-None-Match", "*")) }
            _ = try client.send(request)
        } else {
            try uploadParts(file, object, key)
        }
        guard let found = try head(object.digest), found.size == object.size else {
            throw S3Failure.unavailable(client.location, "store an object", "it is not there, or has another size")
        }
        _ = damaged.withLock { $0.remove(object.digest) }
        try folder.adopt(file, as: object, chunks: chunks, durable: false)
        try cache.added(object)
    }

    func verify(_ digest: Digest) throws {
        let sink = S3HashSink()
        let response = try client.get(key(digest), into: sink)
        if response.isMissing {
            guard try restore(digest) else { throw ObjectFailure.missing(digest) }
            return try verify(digest)
        }
        guard sink.digest == digest else { throw corrupt(digest, sink.received) }
    }

    func forget(_ digest: Digest) -> Bool {
        unlink(folder.path(digest))
        unlink(folder.chunkPath(digest))
        return true
    }

    func forEach(_ body: (ListedObject) throws -> Void) throws {
        // A listing goes by keys; what begins with two digits and a slash is an object.
        try list(client.location.key("")) { name, listed in
            let parts = name.split(separator: "/", omittingEmptySubsequences: false)
            guard parts.count == 2, parts[0].utf8.count == 2, let digest = try? Digest(parts.joined()) else { return }
            try body(ListedObject(digest: digest, size: listed.size, usedAt: listed.modified))
        }
    }

    func probe() throws {
        // A key of its own: another server may be probing too.
        let key = client.location.key("probe-\(UUID().uuidString)")
        var request = S3Request(method: "PUT", key: key, action: "store a probe")
        request.body = ByteBuffer(string: "probe")
        _ = try client.send(request)
        request = S3Request(method: "GET", key: request.key, action: "read a probe")
        guard try client.send(request).text == "probe" else {
            throw S3Failure.unavailable(client.location, request.action, "it is not what was stored")
        }
        try delete(key: request.key)
    }

    private func fetch(_ digest: Digest) throws {
        let writer = try ObjectWriter(backend: self)
        let response = try client.get(key(digest), into: S3FileSink(writer: writer))
        if response.isMissing {
            guard try restore(digest) else { throw ObjectFailure.missing(digest) }
            return try fetch(digest)
        }
        let (stored, chunks) = try writer.seal()
        guard stored.digest == digest else { throw corrupt(digest, stored.size) }
        try folder.adopt(writer.file, as: stored, chunks: chunks, durable: false)
        writer.cancel()
        try cache.added(stored)
    }

    private func corrupt(_ digest: Digest, _ size: Int64) -> PlatformError {
        _ = damaged.withLock { $0.insert(digest) }
        return ObjectFailure.corrupt(digest, 0..<size, "are not what was stored")
    }

    private func uploadParts(_ file: DiskFile, _ object: StoredObject, _ key: String) throws {
        // Parts are read at their own offsets, which any number of threads may do with one descriptor.
        nonisolated(unsafe) let file = file
        let upload = try MultipartUpload.begin(key, client)
        do {
            let count = Int((object.size + Self.partBytes - 1) / Self.partBytes)
            let tags = try Parallel.map(Array(1...count), atOnce: Self.partsAtOnce) { number in
                let start = Int64(number - 1) * Self.partBytes
                let length = Int(min(Self.partBytes, object.size - start))
                return try upload.send(number, file.read(length, at: start))
            }
            try upload.complete(tags)
        } catch {
            upload.abort()
            throw error
        }
    }
}
