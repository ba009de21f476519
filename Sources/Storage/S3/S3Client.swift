import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import Primitives

/// What a bucket answered.
struct S3Response: Sendable {
    let status: Int
    /// Names in lower case.
    let headers: [String: String]
    /// Empty where the body went to a sink.
    let body: Data

    var text: String { String(decoding: body, as: UTF8.self) }
    var isMissing: Bool { status == 404 }
}

/// One request to a bucket.
struct S3Request {
    var method: String
    var key: String
    var query: [(name: String, value: String)] = []
    var headers: [(name: String, value: String)] = []
    var body = ByteBuffer()
    /// SHA-256 of the body when it is known already, in hexadecimal digits.
    var bodyHash: String?
    /// What the request does, for an error: "list objects".
    var action: String
}

/// Signed requests to one bucket, with retries. Its methods wait: callers are on blocking threads, never on an event loop.
/// The connections have two threads of their own, so that waiting here never waits for a thread that waits here.
final class S3Client: Sendable {
    /// Tries of one request.
    private static let attempts = 6
    /// The first pause is up to this long; each further one up to twice as long.
    private static let pauseSeconds = 0.1
    private static let maximumPauseSeconds = 5.0
    /// A whole request, its body included.
    private static let requestSeconds: Int64 = 600
    /// The longest answer that is kept in memory.
    private static let maximumAnswerBytes = 8 << 20
    private static let retried: Set<Int> = [408, 425, 429, 500, 502, 503, 504]

    let location: S3Location
    private let signature: SignatureV4
    private let group: MultiThreadedEventLoopGroup
    private let http: HTTPClient
    private let time: TimeSource

    init(location: S3Location, credentials: S3Credentials, time: TimeSource) {
        self.location = location
        self.time = time
        signature = SignatureV4(credentials: credentials, region: location.region)
        group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(connect: .seconds(5), read: .seconds(60))
        )
        configuration.httpVersion = .http1Only
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 16
        http = HTTPClient(eventLoopGroupProvider: .shared(group), configuration: configuration)
    }

    /// The last reference may go on a thread of the connections, so nothing here waits for them to end.
    deinit {
        let group = group
        http.shutdown { _ in group.shutdownGracefully { _ in } }
    }

    /// Sends a request until it is answered for good: with success, or with 404, 409, 412 or 416, which the caller reads.
    ///
    /// - Throws: `object_store_unavailable` after the last try; `object_store_refused`.
    func send(_ request: S3Request) throws -> S3Response {
        try retrying(request) { try once(request, sink: nil) }
    }

    /// Streams an object's bytes into a sink; a connection that breaks is taken up where it broke.
    ///
    /// - Returns: the last answer; 404 when there is no such object.
    func get(_ key: String, into sink: any S3Sink) throws -> S3Response {
        let request = S3Request(method: "GET", key: key, action: "read an object")
        return try retrying(request) {
            var part = request
            if sink.received > 0 { part.headers.append(("Range", "bytes=\(sink.received)-")) }
            let response = try once(part, sink: sink)
            // A range that begins at the object's end: everything was there already when the connection broke.
            if response.status == 416 { return S3Response(status: 206, headers: response.headers, body: Data()) }
            return response
        }
    }

    /// The address with which whoever has it may do one thing with a key, until it expires.
    func presigned(_ method: String, _ key: String, query: [(name: String, value: String)] = [], seconds: Int) -> String
    {
        let request = SignatureV4.Request(
            method: method,
            path: location.path(key),
            query: query,
            headers: [("host", location.host)],
            payloadHash: SignatureV4.unsignedPayload
        )
        let date = SignatureV4.date(milliseconds: time.now().milliseconds)
        let items = signature.presignedQuery(request, date: date, seconds: seconds)
        return "\(location.scheme)://\(location.host)\(location.path(key))?\(items)"
    }

    private func retrying(_ request: S3Request, _ body: () throws -> S3Response) throws -> S3Response {
        var cause = ""
        for attempt in 0..<Self.attempts {
            if attempt > 0 {
                let most = min(Self.maximumPauseSeconds, Self.pauseSeconds * Double(1 << attempt))
                Thread.sleep(forTimeInterval: Double.random(in: 0...most))
            }
            do {
                let response = try body()
                if try isFinal(response, request) { return response }
                cause = "it answered \(response.status)"
            } catch let error as PlatformError {
                throw error
            } catch {
                cause = "\(error)"
            }
        }
        throw S3Failure.unavailable(location, request.action, cause)
    }

    private func isFinal(_ response: S3Response, _ request: S3Request) throws -> Bool {
        switch response.status {
        case 200..<300, 412, 416: return true
        case 404:
            if response.text.contains("<Code>NoSuchBucket</Code>") {
                throw S3Failure.refused(location, request.action, response)
            }
            return true
        case 409: return !response.text.contains("ConditionalRequestConflict")
        case 400 where response.text.contains("<Code>RequestTimeout</Code>"): return false
        case let status where Self.retried.contains(status): return false
        default: throw S3Failure.refused(location, request.action, response)
        }
    }

    private func once(_ request: S3Request, sink: (any S3Sink)?) throws -> S3Response {
        let date = SignatureV4.date(milliseconds: time.now().milliseconds)
        let hash = request.bodyHash ?? Digest.sha256(of: Data(request.body.readableBytesView)).hex
        var headers = request.headers + [("Host", location.host), ("x-amz-content-sha256", hash), ("x-amz-date", date)]
        if let token = signature.credentials.sessionToken { headers.append(("x-amz-security-token", token)) }
        let signed = SignatureV4.Request(
            method: request.method,
            path: location.path(request.key),
            query: request.query,
            headers: headers,
            payloadHash: hash
        )
        headers.append(("Authorization", signature.authorization(signed, date: date)))
        let query = SignatureV4.canonicalQuery(request.query)
        let sent = try HTTPClient.Request(
            url: "\(location.scheme)://\(location.host)\(signed.path)\(query.isEmpty ? "" : "?" + query)",
            method: HTTPMethod(rawValue: request.method),
            headers: HTTPHeaders(headers.map { ($0.name, $0.value) }),
            body: request.method == "GET" || request.method == "HEAD" ? nil : .byteBuffer(request.body)
        )
        let answer = S3Answer(sink: sink, limit: Self.maximumAnswerBytes, loop: group.next())
        let deadline = NIODeadline.now() + .seconds(Self.requestSeconds)
        return try http.execute(request: sent, delegate: answer, deadline: deadline).wait()
    }
}
