import Dispatch
import Foundation
import Primitives

/// Looks up host names on a thread of its own, since the system's call blocks.
struct NameResolver: Sendable {
    /// The longest that anybody waits for an answer, in seconds.
    static let timeoutSeconds: Int64 = 5
    /// The most addresses that are looked at.
    private static let maximumAddresses = 64

    /// The addresses of a host; an address is its own.
    var lookUp: @Sendable (String) async throws -> [NetworkAddress] = { host in
        if let address = NetworkAddress(host) { return [address] }
        return try await withThrowingTaskGroup(of: [NetworkAddress].self) { group in
            group.addTask { try await asked(host) }
            group.addTask {
                try await Task.sleep(for: .seconds(timeoutSeconds))
                throw failure(host, "no answer within \(timeoutSeconds) seconds")
            }
            defer { group.cancelAll() }
            return try await group.next() ?? []
        }
    }

    private static func failure(_ host: String, _ reason: String) -> PlatformError {
        PlatformError.mlflowInvalid("Cannot resolve Webhook URL hostname '\(host.prefix(255))': \(reason)")
    }

    private static func asked(_ host: String) async throws -> [NetworkAddress] {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global(qos: .utility).async { continuation.resume(with: Result { try blocking(host) }) }
        }
    }

    private static func blocking(_ host: String) throws -> [NetworkAddress] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(host, nil, &hints, &list)
        guard status == 0 else { throw failure(host, String(cString: gai_strerror(status))) }
        defer { freeaddrinfo(list) }
        var found: [NetworkAddress] = []
        var next = list
        while let entry = next, found.count < maximumAddresses {
            next = entry.pointee.ai_next
            guard let address = entry.pointee.ai_addr else { continue }
            let raw = UnsafeRawPointer(address)
            if entry.pointee.ai_family == AF_INET {
                var inner = raw.assumingMemoryBound(to: sockaddr_in.self).pointee.sin_addr
                found.append(NetworkAddress(bytes: withUnsafeBytes(of: &inner) { Array($0) }))
            } else if entry.pointee.ai_family == AF_INET6 {
                var inner = raw.assumingMemoryBound(to: sockaddr_in6.self).pointee.sin6_addr
                found.append(NetworkAddress(bytes: withUnsafeBytes(of: &inner) { Array($0) }))
            }
        }
        return found
    }
}
