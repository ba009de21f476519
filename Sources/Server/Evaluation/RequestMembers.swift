import HTTPTypes
import Hummingbird
import Primitives
import Tracking
import WireAPI

/// The members of a small MLflow request: of the JSON body, or of the query of a GET or of a DELETE without a body. A
/// member that is null or an empty text counts as left out, as protobuf has it; `has` tells what was written.
struct RequestMembers {
    private let call: MLflowCall
    private let body: OrderedJSON?

    /// Reads a call's members.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE` for a body that is no JSON object.
    init(_ call: MLflowCall) async throws {
        self.call = call
        let verb = call.call.request.method
        if verb == .get {
            body = nil
            return
        }
        let data = try await call.data()
        if data.isEmpty, verb == .delete {
            body = nil
            return
        }
        var document = data.isEmpty ? .object([]) : try Self.parse(String(decoding: data, as: UTF8.self))
        // Old clients send their JSON twice encoded, as one text.
        if let inner = document.stringValue { document = try Self.parse(inner) }
        guard document.members != nil else {
            throw PlatformError.mlflowInvalid("The request body is not a JSON object.")
        }
        body = document
    }

    private static func parse(_ text: String) throws -> OrderedJSON {
        try OrderedJSON(parsing: text, what: "The request body")
    }

    /// Whether the members stand in the query.
    var isQuery: Bool { body == nil }

    /// The value of a member of the body; nil when it is missing or null, and for a query.
    func value(_ name: String) -> OrderedJSON? {
        guard let value = body?[name], value != .null else { return nil }
        return value
    }

    /// Whether the member was sent, be it empty.
    func has(_ name: String) -> Bool { value(name) != nil || (body == nil && call.query(name) != nil) }

    /// A text, perhaps empty.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE` for another kind of value.
    func text(_ name: String) throws -> String? {
        guard body != nil else { return call.query(name) }
        guard let value = value(name) else { return nil }
        guard let text = value.stringValue else { throw wrong(name, value) }
        return text
    }

    /// A text that is not empty, or nil.
    func words(_ name: String) throws -> String? {
        guard let text = try text(name), !text.isEmpty else { return nil }
        return text
    }

    /// A text that must be there.
    func required(_ name: String) throws -> String { try MLflowCall.require(text(name), name) }

    /// A whole number.
    func integer(_ name: String) throws -> Int64? {
        guard body != nil else { return try call.integer(name) }
        guard let value = value(name) else { return nil }
        switch value {
        case .number(let written), .string(let written):
            if let number = Int64(written) { return number }
            if let real = Double(written), let number = Int64(exactly: real) { return number }
            throw wrong(name, value)
        default: throw wrong(name, value)
        }
    }

    /// A number.
    func real(_ name: String) throws -> Double? {
        guard let value = value(name) else { return nil }
        switch value {
        case .number(let written), .string(let written):
            guard let number = Double(written) else { throw wrong(name, value) }
            return number
        default: throw wrong(name, value)
        }
    }

    /// A Boolean.
    func flag(_ name: String) throws -> Bool? {
        guard body != nil else { return call.query(name).map { $0.lowercased() == "true" } }
        switch value(name) {
        case nil: return nil
        case .bool(let flag): return flag
        case let other?: throw wrong(name, other)
        }
    }

    /// Texts; none when the member is missing.
    func texts(_ name: String) throws -> [String] {
        guard body != nil else { return call.queries(name) }
        guard let value = value(name) else { return [] }
        guard let elements = value.elements else { throw wrong(name, value) }
        return try elements.map { element in
            guard let text = element.stringValue else { throw wrong(name, value) }
            return text
        }
    }

    /// Experiment numbers.
    func experiments(_ name: String = "experiment_ids") throws -> [Int64] {
        try texts(name).map(ExperimentStore.number)
    }

    /// The experiment that must be named.
    func experiment() throws -> Int64 { try ExperimentStore.number(required("experiment_id")) }

    /// A protobuf enum by name, or by its number among `cases` after the unspecified one.
    ///
    /// - Returns: nil when it is missing, unspecified or unknown.
    func choice<T: RawRepresentable & CaseIterable>(_ name: String) throws -> T? where T.RawValue == String {
        guard body != nil else { return call.query(name).flatMap(T.init(rawValue:)) }
        switch value(name) {
        case .string(let text)?: return T(rawValue: text)
        case .number(let written)?:
            let all = Array(T.allCases)
            guard let number = Int(written), all.indices.contains(number - 1) else { return nil }
            return all[number - 1]
        default: return nil
        }
    }

    /// What was sent for an enum, for messages.
    func written(_ name: String) -> String { (value(name)?.written ?? call.query(name) ?? "0").prefix(100).description }

    private func wrong(_ name: String, _ value: OrderedJSON) -> PlatformError {
        return PlatformError.mlflowInvalid(
            "Invalid value \(value.written.prefix(500)) for parameter '\(name)' supplied:  Hint: Value was of type '\(value.pythonType)'. "
                + "See the API docs for more information about request parameters."
        )
    }
}

extension RequestMembers {
    /// A protobuf enum of the body by name, or by its number among `names` after the unspecified one.
    func name(_ member: String, among names: [String]) -> String? { Self.name(value(member), among: names) }

    static func name(_ value: OrderedJSON?, among names: [String]) -> String? {
        switch value {
        case .string(let text)?: names.contains(text) ? text : nil
        case .number(let written)?:
            Int(written).flatMap { names.indices.contains($0 - 1) ? names[$0 - 1] : nil }
        default: nil
        }
    }

    /// A whole number inside a member; protobuf's JSON may write it as text.
    static func integer(_ value: OrderedJSON?) -> Int64? { real(value).flatMap(Int64.init(exactly:)) }

    /// A number inside a member.
    static func real(_ value: OrderedJSON?) -> Double? {
        switch value {
        case .number(let written)?, .string(let written)?: Double(written)
        default: nil
        }
    }
}

extension RouteTable {
    /// Declares a route of version 3.0 of MLflow's API whose handler reads members.
    func evaluation(
        _ verb: HTTPVerb,
        _ path: String,
        _ permission: Permission,
        _ handler: @escaping @Sendable (MLflowCall, RequestMembers) async throws -> Response
    ) {
        mlflow(verb, "mlflow/\(path)", permission, version: "3.0") { call in
            try await handler(call, RequestMembers(call))
        }
    }
}
