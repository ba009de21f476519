import Foundation
import NIOCore
import Primitives
import Synchronization
import TestSupport
import Testing

@testable import Storage

@Suite("S3 client")
struct S3ClientTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test func `A wrong secret is refused by a server that checks, and is not in the error`() throws {
        let server = try S3Server.shared(.rclone)
        let client = S3Client(
            location: try S3Location("s3://objects/x?endpoint=\(server.endpoint)", environment: [:]),
            credentials: S3Credentials(accessKey: "AKIATESTKEY", secretKey: "notthesecret", sessionToken: nil),
            time: .system
        )
        let failure = #expect(throws: PlatformError.self) {
            try client.send(S3Request(method: "GET", key: "", query: [("list-type", "2")], action: "list objects"))
        }
        #expect(failure?.code == .objectStoreRefused)
        #expect(failure?.context["s3_code"] == "SignatureDoesNotMatch")
        #expect(failure?.description.contains("notthesecret") == false)
    }

    @Test(arguments: S3Server.Kind.allCases)
    func `Keys with every kind of character are signed and listed right`(kind: S3Server.Kind) throws {
        let objects = try S3Server.shared(kind).objects("odd \(UUID())", cache: folder.path("cache"))
        let key = objects.client.location.key("a b+c&d=é~(1).txt")
        var request = S3Request(method: "PUT", key: key, action: "store")
        request.body = ByteBuffer(string: "x")
        _ = try objects.client.send(request)
        var names: [String] = []
        try objects.list(objects.client.location.key("")) { name, _ in names.append(name) }
        #expect(names == ["a b+c&d=é~(1).txt"])
        try objects.delete(key: key)
        #expect(try objects.head(key: key) == nil)
    }

    @Test func `A listing of more than one page is complete`() throws {
        let objects = try S3Server.shared(.moto).objects("pages\(UUID())", cache: folder.path("cache"))
        let keys = (0..<1005).map { objects.client.location.key(String(format: "%04d", $0)) }
        _ = try Parallel.map(keys, atOnce: 8) { key in
            try objects.client.send(S3Request(method: "PUT", key: key, action: "store"))
        }
        var names: [String] = []
        try objects.list(objects.client.location.key("")) { name, _ in names.append(name) }
        #expect(names == (0..<1005).map { String(format: "%04d", $0) })
    }

    @Test func `A part with another entity tag is refused by the server`() throws {
        let objects = try S3Server.shared(.moto).objects("parts\(UUID())", cache: folder.path("cache"))
        let upload = try MultipartUpload.begin(objects.client.location.key("whole"), objects.client)
        _ = try upload.send(1, Data(count: 5 << 20))
        #expect(throws: PlatformError.self) { try upload.complete(["\"00000000000000000000000000000000\""]) }
        upload.abort()
        #expect(try objects.head(key: upload.key) == nil)
    }

    @Test func `What was used longest ago leaves a full cache, and is fetched again`() throws {
        let server = try S3Server.shared(.moto)
        let first = try server.objects("cache\(UUID())", cache: folder.path("first"))
        let store = ObjectStore(backend: first)
        let contents = (0..<4).map { Data(repeating: UInt8($0), count: 100_000) }
        let digests = try contents.map { try store.put($0).digest }
        let small = S3Objects(sharing: first, folder: try ObjectFolder(root: folder.path("small")), cacheBytes: 250_000)
        for digest in digests {
            _ = try ObjectStore(backend: small).data(digest, upTo: 200_000)
            Thread.sleep(forTimeInterval: 0.02)
        }
        #expect(digests.map { small.folder.contains($0) } == [false, false, true, true])
        #expect(try ObjectStore(backend: small).data(digests[0], upTo: 200_000) == contents[0])
    }

    @Test func `A server that fails now and then is asked again, and one that always does is given up`() throws {
        let server = try FlakyServer(failures: 3)
        let location = try S3Location("s3://objects/x?endpoint=\(server.endpoint)", environment: [:])
        let credentials = S3Credentials(accessKey: "a", secretKey: "b", sessionToken: nil)
        let client = S3Client(location: location, credentials: credentials, time: .system)
        #expect(try client.send(S3Request(method: "GET", key: "k", action: "read")).text == "ok")
        #expect(server.requests == 4)
        server.fail(1000)
        let failure = #expect(throws: PlatformError.self) {
            try client.send(S3Request(method: "GET", key: "k", action: "read"))
        }
        #expect(failure?.code == .objectStoreUnavailable)
        #expect(server.requests == 10)
    }

    @Test func `A read that breaks off goes on where it broke`() throws {
        let content = Data((0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 8) })
        let server = try FlakyServer(breaking: content, after: 1_000_000)
        let location = try S3Location("s3://objects/x?endpoint=\(server.endpoint)", environment: [:])
        let credentials = S3Credentials(accessKey: "a", secretKey: "b", sessionToken: nil)
        let client = S3Client(location: location, credentials: credentials, time: .system)
        let sink = S3HashSink()
        _ = try client.get("k", into: sink)
        #expect(sink.received == 3_000_000)
        #expect(sink.digest == .sha256(of: content))
        #expect(server.requests == 3)
    }
}

/// A server of a few lines that fails on purpose: 503 for a while, or connections that end early.
final class FlakyServer: Sendable {
    private struct State {
        var failures = 0
        var requests = 0
    }

    private let state: Mutex<State>
    private let listener: Int32
    let endpoint: String

    convenience init(failures: Int) throws {
        try self.init(failures: failures) { _ in (Data("ok".utf8), 2, 200) }
    }

    /// Sends at most `count` bytes a connection, though it promises the rest.
    convenience init(breaking content: Data, after count: Int) throws {
        try self.init(failures: 0) { request in
            let range = request.split(separator: "\r\n").first { $0.lowercased().hasPrefix("range: bytes=") }
            let start = range.flatMap { Int($0.dropFirst(13).prefix { $0.isNumber }) } ?? 0
            return (content[start...].prefix(count), content.count - start, range == nil ? 200 : 206)
        }
    }

    private init(failures: Int, answer: @escaping @Sendable (String) -> (Data, Int, Int)) throws {
        state = Mutex(State(failures: failures))
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let (listener, size) = (listener, length)
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                _ = bind(listener, pointer, size)
                _ = listen(listener, 16)
                _ = getsockname(listener, pointer, &length)
            }
        }
        endpoint = "http://127.0.0.1:\(UInt16(bigEndian: address.sin_port))"
        Thread.detachNewThread { [weak self] in
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0, let self else { return }
                self.serve(connection, answer)
            }
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    var requests: Int { state.withLock { $0.requests } }

    func fail(_ count: Int) { state.withLock { $0.failures = count } }

    private func serve(_ connection: Int32, _ answer: (String) -> (Data, Int, Int)) {
        defer { close(connection) }
        var request = ""
        var buffer = [UInt8](repeating: 0, count: 4096)
        while !request.contains("\r\n\r\n") {
            let count = read(connection, &buffer, buffer.count)
            guard count > 0 else { return }
            request += String(decoding: buffer[..<count], as: UTF8.self)
        }
        let fails = state.withLock { state in
            state.requests += 1
            state.failures -= 1
            return state.failures >= 0
        }
        let (body, length, status) = fails ? (Data(), 0, 503) : answer(request)
        let head = "HTTP/1.1 \(status) X\r\nContent-Length: \(length)\r\nConnection: close\r\n\r\n"
        send(Data(head.utf8) + body, connection)
    }

    private func send(_ data: Data, _ connection: Int32) {
        data.withUnsafeBytes { bytes in
            var done = 0
            while done < bytes.count, let base = bytes.baseAddress {
                let count = Foundation.send(connection, base + done, bytes.count - done, Int32(MSG_NOSIGNAL))
                guard count > 0 else { return }
                done += count
            }
        }
    }
}
