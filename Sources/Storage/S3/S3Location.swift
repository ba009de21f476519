import Foundation
import Primitives

/// Which bucket, where, and how: `s3://bucket/prefix?endpoint=http://host:9000&region=eu-west-1&path_style=true&cache_gib=20`.
package struct S3Location: Sendable, Equatable, CustomStringConvertible {
    /// The bucket's name.
    package let bucket: String
    /// What every key begins with, without slashes at its ends; may be empty.
    package let prefix: String
    /// `https://host[:port]`, without a bucket.
    package let endpoint: String
    /// For example `eu-west-1`.
    package let region: String
    /// Whether the bucket stands in the path, as servers other than Amazon's have it, or in the host's name.
    package let pathStyle: Bool
    /// The most bytes of the folder in front of the bucket.
    package let cacheBytes: Int64

    /// The folder's bound unless the address says otherwise.
    private static let standardCacheBytes: Int64 = 20 << 30

    /// Reads an address; `AWS_ENDPOINT_URL_S3`, `AWS_ENDPOINT_URL` and `AWS_REGION` stand in for what it leaves out.
    ///
    /// - Throws: `invalid_argument` that says what is wrong.
    package init(_ text: String, environment: [String: String]) throws {
        guard text.hasPrefix("s3://"), let parts = URLComponents(string: text), let bucket = parts.host,
            (3...63).contains(bucket.utf8.count)
        else { throw Self.invalid("'\(text.prefix(200))' is no s3://bucket/prefix address") }
        var options: [String: String] = [:]
        for item in parts.queryItems ?? [] {
            guard ["endpoint", "region", "path_style", "cache_gib"].contains(item.name) else {
                throw Self.invalid("'\(item.name.prefix(60))' is no option of an s3:// address")
            }
            options[item.name] = item.value ?? ""
        }
        self.bucket = bucket
        prefix = parts.path.split(separator: "/").joined(separator: "/")
        region = options["region"] ?? environment["AWS_REGION"] ?? environment["AWS_DEFAULT_REGION"] ?? "us-east-1"
        let named = options["endpoint"] ?? environment["AWS_ENDPOINT_URL_S3"] ?? environment["AWS_ENDPOINT_URL"]
        let address = named ?? "https://s3.\(region).amazonaws.com"
        guard let url = URLComponents(string: address), url.scheme == "http" || url.scheme == "https", url.host != nil,
            url.path.isEmpty || url.path == "/", url.user == nil
        else {
            throw Self.invalid("the endpoint '\(address.prefix(200))' is no http:// or https:// address of a server")
        }
        endpoint = address.hasSuffix("/") ? String(address.dropLast()) : address
        switch options["path_style"] {
        case nil: pathStyle = named != nil
        case "true", "1": pathStyle = true
        case "false", "0": pathStyle = false
        default: throw Self.invalid("path_style is true or false")
        }
        guard let gibibytes = options["cache_gib"].map(Int64.init) ?? (Self.standardCacheBytes >> 30),
            (1...65536).contains(gibibytes)
        else { throw Self.invalid("cache_gib is a whole number from 1 to 65536") }
        cacheBytes = gibibytes << 30
    }

    /// For people and logs: there is nothing secret in it.
    package var description: String { "s3://\(bucket)\(prefix.isEmpty ? "" : "/" + prefix) at \(endpoint)" }

    /// `host[:port]` of requests, without the standard port.
    var host: String {
        let address = endpoint.drop { $0 != "/" }.dropFirst(2)
        return pathStyle ? String(address) : "\(bucket).\(address)"
    }

    /// `http` or `https`.
    var scheme: String { String(endpoint.prefix { $0 != ":" }) }

    /// The encoded path of a key; the bucket itself for an empty one.
    func path(_ key: String) -> String {
        let encoded = SignatureV4.encode(key, inPath: true)
        return pathStyle ? "/\(bucket)/\(encoded)" : "/\(encoded)"
    }

    /// The key of a name below the prefix.
    func key(_ name: String) -> String { prefix.isEmpty ? name : "\(prefix)/\(name)" }

    private static func invalid(_ problem: String) -> PlatformError {
        PlatformError(
            .invalidArgument,
            "The object store's address is wrong: \(problem).",
            nextStep: "Write s3://bucket/prefix?endpoint=https://host&region=name&path_style=true&cache_gib=20."
        )
    }
}
