import Foundation
import Primitives
import Storage

extension TokenStore {
    /// Makes sure that the administrator's token of `<keys>/admin.token` (mode 0600) works: written on the first start,
    /// and anew when the database does not know the one in the file.
    ///
    /// - Returns: the file's path; the token itself is never returned or logged.
    @discardableResult
    package func ensureAdministrator(keys: String) async throws -> String {
        let path = keys + "/admin.token"
        if let stored = try PrivateFile.read(path) {
            let secret = String(decoding: stored, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
            if let known = try? await principal(secret), known.permissions.contains(.admin) { return path }
        }
        let token = try await issue(name: "admin", roles: [.admin], expires: nil)
        try PrivateFile.write(Data((token.secret + "\n").utf8), to: path)
        return path
    }
}
