import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Primitives

/// Where an object's bytes go as they arrive.
protocol S3Sink: AnyObject, Sendable {
    /// Bytes taken so far.
    var received: Int64 { get }
    func take(_ bytes: UnsafeRawBufferPointer) throws
    /// Calls back when more may come.
    func whenRoom(_ go: @escaping @Sendable () -> Void)
}

/// Takes one answer apart on its event loop: success goes to the sink, everything else is kept up to a bound.
final class S3Answer: HTTPClientResponseDelegate, @unchecked Sendable {
    // @unchecked: the client calls a delegate on one event loop, one call after another.
    private let sink: (any S3Sink)?
    private let limit: Int
    private let loop: any EventLoop
    private var head: HTTPResponseHead?
    private var body = Data()

    init(sink: (any S3Sink)?, limit: Int, loop: any EventLoop) {
        self.sink = sink
        self.limit = limit
        self.loop = loop
    }

    func didReceiveHead(task: HTTPClient.Task<S3Response>, _ head: HTTPResponseHead) -> EventLoopFuture<Void> {
        self.head = head
        return task.eventLoop.makeSucceededVoidFuture()
    }

    func didReceiveBodyPart(task: HTTPClient.Task<S3Response>, _ buffer: ByteBuffer) -> EventLoopFuture<Void> {
        do {
            guard let sink, let head, head.status.code == 200 || head.status.code == 206 else {
                guard body.count + buffer.readableBytes <= limit else {
                    throw PlatformError(.objectStoreRefused, "The bucket's answer has more than \(limit) bytes.")
                }
                body.append(contentsOf: buffer.readableBytesView)
                return task.eventLoop.makeSucceededVoidFuture()
            }
            if head.status.code == 200, sink.received > 0, !isResumed {
                throw PlatformError(.objectStoreRefused, "The bucket ignores ranges; a read that broke cannot go on.")
            }
            isResumed = true
            try buffer.withUnsafeReadableBytes { try sink.take($0) }
            let promise = task.eventLoop.makePromise(of: Void.self)
            sink.whenRoom { promise.succeed() }
            return promise.futureResult
        } catch {
            return task.eventLoop.makeFailedFuture(error)
        }
    }

    /// Whether this answer has begun to fill the sink.
    private var isResumed = false

    func didFinishRequest(task: HTTPClient.Task<S3Response>) throws -> S3Response {
        guard let head else { throw HTTPClientError.remoteConnectionClosed }
        let headers = head.headers.map { ($0.name.lowercased(), $0.value) }
        return S3Response(
            status: Int(head.status.code),
            headers: Dictionary(headers, uniquingKeysWith: { first, _ in first }),
            body: body
        )
    }
}

/// Hashes what arrives and keeps none of it.
final class S3HashSink: S3Sink, @unchecked Sendable {
    // @unchecked: filled on one event loop, read after the request has ended.
    private(set) var received: Int64 = 0
    private var hash = SHA256Stream()

    var digest: Digest { hash.finalize() }

    func take(_ bytes: UnsafeRawBufferPointer) {
        hash.update(bytes)
        received += Int64(bytes.count)
    }

    func whenRoom(_ go: @escaping @Sendable () -> Void) { go() }
}

/// Writes what arrives to a temporary file.
final class S3FileSink: S3Sink, @unchecked Sendable {
    // @unchecked: filled on one event loop, read after the request has ended.
    private(set) var received: Int64 = 0
    private let writer: ObjectWriter

    init(writer: ObjectWriter) { self.writer = writer }

    func take(_ bytes: UnsafeRawBufferPointer) throws {
        try writer.write(bytes)
        received += Int64(bytes.count)
    }

    func whenRoom(_ go: @escaping @Sendable () -> Void) { writer.whenReady(go) }
}
