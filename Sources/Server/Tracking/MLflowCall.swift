import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Primitives
import Security
import WireAPI

/// How the MLflow protocol reads its requests: JSON bodies or queries with optional members, and errors that name the member.
struct MLflowCall {
    /// The largest JSON body, in bytes. MLflow's batches stay below one million; a data set's profile may have 16 MiB.
    static let maximumBodyBytes = 32 << 20

    let call: Call

    /// Who asks.
    var actor: String { call.principal.name }

    /// The JSON body.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE` for another content type, for what is no JSON, and for a member of the wrong type.
    func body<T: Decodable>(_ type: T.Type) async throws -> T { try Self.body(type, await data()) }

    /// The JSON body's bytes.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE` for another content type.
    func data() async throws -> Data {
        if let content = call.request.headers[.contentType], !content.lowercased().hasPrefix("application/json") {
            throw PlatformError(
                .mlflowInvalidParameter,
                "Bad Request. Content-Type must be one of ['application/json'], not '\(content.prefix(100))'."
            )
        }
        return try await call.body(upTo: Self.maximumBodyBytes)
    }

    /// A JSON body from its bytes; errors as for `body`.
    static func body<T: Decodable>(_ type: T.Type, _ data: Data) throws -> T {
        try decode(type, data.isEmpty ? Data("{}".utf8) : data)
    }

    private static func decode<T: Decodable>(_ type: T.Type, _ data: Data) throws -> T {
        do {
            return try JSONDecoder().decode(type, from: data)
        } catch let error as DecodingError {
            // Old clients send their JSON twice encoded, as one text.
            if data.first == UInt8(ascii: "\""), let inner = try? JSONDecoder().decode(String.self, from: data) {
                return try decode(type, Data(inner.utf8))
            }
            throw explain(error, data)
        }
    }

    private static func explain(_ error: DecodingError, _ data: Data) -> PlatformError {
        guard let tree = try? JSONDecoder().decode(JSONValue.self, from: data), let members = tree.objectValue else {
            return PlatformError.mlflowInvalid("The request body is not a JSON object.")
        }
        let path: [any CodingKey] =
            switch error {
            case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
                context.codingPath
            case .keyNotFound(_, let context): context.codingPath
            @unknown default: []
            }
        guard let key = path.first?.stringValue, let value = members[key] else {
            return PlatformError.mlflowInvalid("The request body has a member of the wrong type.")
        }
        let real = realNumber(key, data)
        let written = real ?? (try? CanonicalJSON.text(value)) ?? ""
        return PlatformError.mlflowInvalid(
            "Invalid value \(written.prefix(500)) for parameter '\(key)' supplied:  Hint: Value was of type "
                + "'\(real == nil ? pythonType(value) : "float")'. See the API docs for more information about request parameters."
        )
    }

    /// A member's number as it was sent, when it has a fraction or an exponent: `9.0` is no whole number to Python.
    private static func realNumber(_ key: String, _ data: Data) -> String? {
        let text = String(decoding: data.prefix(1 << 16), as: UTF8.self)
        guard let name = text.range(of: "\"\(key)\"") else { return nil }
        let rest = text[name.upperBound...].drop { $0 == ":" || $0.isWhitespace }
        let number = rest.prefix { $0.isNumber || "+-.eE".contains($0) }
        return number.contains(where: { ".eE".contains($0) }) ? String(number) : nil
    }

    private static func pythonType(_ value: JSONValue) -> String {
        switch value {
        case .null: "NoneType"
        case .bool: "bool"
        case .integer: "int"
        case .number: "float"
        case .string: "str"
        case .array: "list"
        case .object: "dict"
        }
    }

    /// Every value of a query item. `+` means a space, as HTML forms and Python's `requests` write it.
    func queries(_ name: String) -> [String] {
        (call.request.uri.query ?? "").split(separator: "&").compactMap { item in
            let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let key = parts.first.flatMap(Self.decoded), key == name || key == "\(name)[]" else { return nil }
            return parts.count == 2 ? Self.decoded(parts[1]) : ""
        }
    }

    private static func decoded(_ text: Substring) -> String? {
        text.replacingOccurrences(of: "+", with: " ").removingPercentEncoding
    }

    /// The first value of a query item, or nil.
    func query(_ name: String) -> String? { queries(name).first }

    /// A whole number of the query, or nil.
    func integer(_ name: String) throws -> Int64? {
        guard let text = query(name) else { return nil }
        guard let value = Int64(text) else {
            throw PlatformError.mlflowInvalid(
                "Invalid value \"\(text.prefix(100))\" for parameter '\(name)' supplied:  Hint: Value was of type 'str'. "
                    + "See the API docs for more information about request parameters."
            )
        }
        return value
    }

    /// A member that must be there and not be empty.
    static func require(_ value: String?, _ name: String) throws -> String {
        guard let value, !value.isEmpty else { throw MLflowName.missing(name) }
        return value
    }
}

extension Response {
    /// `{}`, MLflow's empty reply.
    static let mlflowEmpty = Response.mlflow { _ in }

    /// A reply whose members `body` writes.
    static func mlflow(_ body: (inout JSONWriter) throws -> Void) rethrows -> Response {
        var writer = JSONWriter()
        try writer.object(body)
        return Response(
            status: .ok,
            headers: [.contentType: "application/json"],
            body: .init(byteBuffer: ByteBuffer(bytes: writer.bytes))
        )
    }
}

extension RouteTable {
    /// Declares an MLflow route under `/api/2.0` and its twin under `/ajax-api/2.0`.
    func mlflow(
        _ verb: HTTPVerb,
        _ path: String,
        _ permission: Permission,
        version: String = "2.0",
        _ handler: @escaping @Sendable (MLflowCall) async throws -> Response
    ) {
        for prefix in ["/api", "/ajax-api"] {
            raw(verb, "\(prefix)/\(version)/\(path)", permission: permission, errors: .mlflow) { call in
                try await handler(MLflowCall(call: call))
            }
        }
    }
}
