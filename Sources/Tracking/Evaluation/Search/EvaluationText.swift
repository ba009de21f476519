import Foundation
import Primitives

extension String {
    /// Without white space at both ends, as Python's `strip` leaves it.
    var stripped: String { trimmingCharacters(in: .whitespacesAndNewlines) }
}

/// Texts of review queues, checked and brought into the form in which they are compared.
enum ReviewText {
    /// The longest queue name and user, in characters.
    static let nameLength = 250
    /// The longest identifier of a label schema, in characters.
    static let schemaLength = 36
    /// The longest identifier of an item, in characters.
    static let itemLength = 50
    /// The most users of one queue.
    static let userCount = 10
    /// The most items in one request.
    static let itemCount = 10_000
    /// The name of the queue of a server without users; no other queue may have it.
    static let reservedName = "default"

    /// Users are compared without regard to case.
    static func user(_ text: String) -> String { text.stripped.lowercased() }

    static func users(_ texts: [String]) throws -> [String] {
        let users = try texts.map { text in
            let user = user(text)
            try check(user, "user", nameLength)
            return user
        }.unique
        if users.count > userCount {
            throw PlatformError.mlflowInvalid(
                "A review queue can have at most \(userCount) assigned users; got \(users.count)."
            )
        }
        return users
    }

    static func schemas(_ texts: [String]) throws -> [String] {
        try texts.map { text in
            let id = text.stripped
            try check(id, "schema_id", schemaLength)
            return id
        }.unique
    }

    static func items(_ texts: [String]) throws -> [String] {
        if texts.isEmpty { throw PlatformError.mlflowInvalid("`item_ids` must be a non-empty list; got [].") }
        if texts.count > itemCount {
            throw PlatformError.mlflowInvalid("One request takes at most \(itemCount) items; got \(texts.count).")
        }
        return try texts.map { text in
            let id = text.stripped
            try check(id, "item_id", itemLength)
            return id
        }.unique
    }

    static func queueName(_ text: String) throws -> String {
        let name = text.stripped
        try check(name, "name", nameLength)
        if name.lowercased() == reservedName {
            throw PlatformError.mlflowInvalid(
                "`\(name)` is a reserved queue name and cannot be used for a custom queue."
            )
        }
        return name
    }

    static func check(_ value: String, _ field: String, _ limit: Int) throws {
        if value.isEmpty { throw PlatformError.mlflowInvalid("`\(field)` must be a non-empty string; got ''.") }
        let length = value.unicodeScalars.count
        if length > limit {
            throw PlatformError.mlflowInvalid("`\(field)` must be at most \(limit) characters; got \(length).")
        }
    }
}
