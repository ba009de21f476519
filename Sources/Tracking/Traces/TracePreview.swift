import Primitives

/// The beginning of a request or response, as lists of traces show it.
enum TracePreview {
    /// The longest preview, in characters.
    static let maximumLength = 1000

    /// The preview of an attribute's JSON text: the last message of `role` when it is a chat, else the text itself.
    static func make(_ text: String, role: String) -> String {
        let content = OrderedJSON.parse(text).flatMap { chat($0, role) }
        let shown = content.flatMap { $0.isEmpty ? nil : $0 } ?? text
        guard shown.utf8.count > maximumLength, shown.unicodeScalars.count > maximumLength else { return shown }
        return TraceLimits.cut(shown, to: maximumLength - 3) + "..."
    }

    private static func chat(_ value: OrderedJSON, _ role: String) -> String? {
        guard let messages = messages(value, depth: 0), let last = messages.last else { return nil }
        let message = messages.last { $0["role"]?.stringValue == role } ?? last
        switch message["content"] {
        case .string(let text): return text
        case .array(let parts):
            for part in parts {
                if let text = part.stringValue { return text }
                if ["text", "output_text"].contains(part["type"]?.stringValue) { return part["text"]?.stringValue }
            }
            return nil
        default: return nil
        }
    }

    /// Messages in the forms of OpenAI's chat completions and responses, of requests and of replies.
    private static func messages(_ value: OrderedJSON, depth: Int) -> [OrderedJSON]? {
        guard value.members != nil, depth < 4 else { return nil }
        func isMessage(_ item: OrderedJSON) -> Bool { item["role"] != nil && item["content"] != nil }
        if let list = value["messages"]?.elements, !list.isEmpty { return list.filter(isMessage) }
        if let message = value["choices"]?.elements?.first?["message"], isMessage(message) { return [message] }
        for key in ["input", "output"] {
            if let list = value[key]?.elements, !list.isEmpty { return list.filter(isMessage) }
        }
        return value["request"].flatMap { messages($0, depth: depth + 1) }
    }
}
