import Primitives
import Storage

extension ErrorCode {
    /// A saved view's name or query cannot be used.
    package static let viewInvalid = ErrorCode("view_invalid", .invalidArgument)
    /// There are as many saved views as the console keeps.
    package static let viewLimit = ErrorCode("view_limit", .resourceExhausted)
}

/// Keeps named views of the runs table for everyone who uses the server. Saving and deleting are journal events.
package struct SavedViewStore: Sendable {
    private let database: any Database
    private let time: TimeSource

    /// The most views.
    package static let maximumViews = 200
    /// The longest name, in characters.
    package static let maximumNameLength = 80
    /// The longest query, in bytes.
    package static let maximumQueryBytes = 16_000

    /// Makes a store.
    package init(database: any Database, time: TimeSource = .system) {
        self.database = database
        self.time = time
    }

    /// Every view, by name.
    func all() async throws -> [Console.SavedView] {
        try await database.read { reader in
            try reader.query("SELECT name, query, saved_at, saved_by FROM console_view ORDER BY name").map { row in
                Console.SavedView(
                    name: try row.text("name"),
                    query: try row.text("query"),
                    savedBy: try row.text("saved_by"),
                    savedAt: try row.time("saved_at")
                )
            }
        }
    }

    /// Saves a view; a name that is there already now means this one.
    ///
    /// - Throws: `view_invalid`, `view_limit`.
    package func save(name: String, query: String, actor: String) async throws {
        try Self.check(name, query)
        let now = time.now()
        try await database.write { transaction in
            let known = try transaction.first("SELECT 1 AS found FROM console_view WHERE name = ?", [.text(name)])
            if known == nil {
                let count = try transaction.first("SELECT COUNT(*) AS total FROM console_view")?.integer("total") ?? 0
                guard count < Int64(Self.maximumViews) else {
                    throw PlatformError(
                        .viewLimit,
                        "There are \(count) saved views already; the console keeps \(Self.maximumViews).",
                        nextStep: "Delete one that nobody uses."
                    )
                }
            }
            try transaction.execute(
                "INSERT INTO console_view (name, query, saved_at, saved_by) VALUES (?, ?, ?, ?) "
                    + "ON CONFLICT (name) DO UPDATE SET query = excluded.query, saved_at = excluded.saved_at, "
                    + "saved_by = excluded.saved_by",
                [.text(name), .text(query), .time(now), .text(actor)]
            )
            try transaction.record(
                JournalEvent(
                    kind: "console.view.saved",
                    subject: "view/\(name)",
                    actor: actor,
                    body: ["query": .string(query), "replaced": .bool(known != nil)]
                )
            )
        }
    }

    /// Deletes a view.
    ///
    /// - Throws: `not_found`.
    package func delete(name: String, actor: String) async throws {
        try await database.write { transaction in
            let count = try transaction.execute("DELETE FROM console_view WHERE name = ?", [.text(name)])
            guard count > 0 else {
                throw PlatformError(
                    .notFound,
                    "There is no saved view '\(name.prefix(Self.maximumNameLength))'.",
                    nextStep: "Reload the page; somebody may have deleted it."
                )
            }
            try transaction.record(JournalEvent(kind: "console.view.deleted", subject: "view/\(name)", actor: actor))
        }
    }

    private static func check(_ name: String, _ query: String) throws {
        let isPlain = name.unicodeScalars.allSatisfy { $0.value >= 32 && $0.value != 127 }
        guard !name.isEmpty, name.count <= maximumNameLength, isPlain else {
            throw PlatformError(
                .viewInvalid,
                "A view's name has 1 to \(maximumNameLength) characters, none of them control characters.",
                nextStep: "Choose a shorter name."
            )
        }
        guard query.utf8.count <= maximumQueryBytes else {
            throw PlatformError(
                .viewInvalid,
                "The view's address is longer than \(maximumQueryBytes) bytes.",
                nextStep: "Choose fewer columns or a shorter filter."
            )
        }
    }
}
