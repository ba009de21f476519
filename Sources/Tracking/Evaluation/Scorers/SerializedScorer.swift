import Primitives

/// The JSON of a scorer, as far as the server looks into it: the model that it asks. A model `gateway:/NAME` is stored as
/// `gateway:/ID`, so that renaming an endpoint does not break its scorers, and shown with the endpoint's present name.
struct SerializedScorer {
    /// The longest serialized scorer, in bytes.
    static let maximumBytes = 1 << 20
    private static let gateway = "gateway"
    /// Where the kinds of scorer keep their model.
    private static let holders = [
        "instructions_judge_pydantic_data", "builtin_scorer_pydantic_data", "memory_augmented_judge_data",
        "third_party_scorer_data",
    ]

    private let document: OrderedJSON
    /// The text as it was sent.
    let text: String

    /// - Throws: `INVALID_PARAMETER_VALUE`.
    init(_ text: String) throws {
        guard text.utf8.count <= Self.maximumBytes else {
            throw PlatformError.mlflowInvalid("A serialized scorer may have at most \(Self.maximumBytes) bytes.")
        }
        document = try OrderedJSON(parsing: text, what: "serialized_scorer")
        guard document.members != nil else {
            throw PlatformError.mlflowInvalid("serialized_scorer must be a JSON object.")
        }
        self.text = text
    }

    private init(_ document: OrderedJSON) {
        self.document = document
        text = document.written
    }

    /// The model that the scorer asks: `PROVIDER:/NAME`; nil when it asks none.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE` for one that is no text or blank.
    func model() throws -> String? {
        guard let model = Self.model(of: document), model != .null else { return nil }
        guard let text = model.stringValue else {
            throw PlatformError.mlflowInvalid("Scorer model must be a string, got \(model.typeName).")
        }
        guard text.contains(where: { !$0.isWhitespace }) else {
            throw PlatformError.mlflowInvalid("Scorer model cannot be empty or contain only whitespace.")
        }
        return text
    }

    /// The endpoint that a `gateway:/…` model names; nil for any other model.
    func endpoint() throws -> String? { try model().flatMap(Self.endpoint) }

    /// Whether the judge's instructions ask for ground truth, which online scoring does not have.
    var needsExpectations: Bool {
        let instructions = document["instructions_judge_pydantic_data"]?["instructions"]?.stringValue ?? ""
        return instructions.contains(/\{\{\s*expectations\s*\}\}/)
    }

    /// Whether it, or a scorer inside it, brings Python code of its own.
    var hasCode: Bool { Self.hasCode(document) }

    /// The scorer with another endpoint, or with none.
    func asking(endpoint: String?) -> SerializedScorer {
        let model = endpoint.map { OrderedJSON.string("\(Self.gateway):/\($0)") } ?? .null
        return SerializedScorer(Self.setting(model: model, of: document))
    }

    /// A stored scorer with its endpoint's name in place of the id; null when the endpoint is gone. A scorer that asks no
    /// endpoint comes back as it was sent.
    static func naming(endpoints: [String: String], in text: String) throws -> String {
        guard text.contains("\(gateway):/") else { return text }
        let scorer = try SerializedScorer(text)
        guard let id = try scorer.endpoint() else { return text }
        return scorer.asking(endpoint: endpoints[id]).text
    }

    private static func hasCode(_ value: OrderedJSON) -> Bool {
        switch value {
        case .object(let members):
            members.contains { ($0.key == "call_source" && $0.value != .null) || hasCode($0.value) }
        case .array(let elements): elements.contains(where: hasCode)
        default: false
        }
    }

    private static func endpoint(of model: String) -> String? {
        guard let separator = model.firstRange(of: ":/"), model[..<separator.lowerBound] == gateway else { return nil }
        let name = model[separator.upperBound...].drop { $0 == "/" }
        return name.isEmpty ? nil : String(name)
    }

    private static func holder(in document: OrderedJSON) -> (name: String, data: OrderedJSON)? {
        for name in holders {
            if let data = document[name], data.members?.isEmpty == false { return (name, data) }
        }
        return nil
    }

    private static func model(of document: OrderedJSON) -> OrderedJSON? {
        guard let (name, data) = holder(in: document) else { return nil }
        return name == "memory_augmented_judge_data" ? data["base_judge"].flatMap(model) : data["model"]
    }

    private static func setting(model: OrderedJSON, of document: OrderedJSON) -> OrderedJSON {
        guard let (name, data) = holder(in: document) else { return document }
        if name == "memory_augmented_judge_data", let inner = data["base_judge"] {
            return document.setting(name, data.setting("base_judge", setting(model: model, of: inner)))
        }
        return document.setting(name, data.setting("model", model))
    }
}
