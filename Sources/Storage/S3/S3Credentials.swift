import Foundation
import Primitives

/// Who asks a bucket. It never shows its secret: not in logs, not in errors.
struct S3Credentials: Sendable, Equatable, CustomStringConvertible, CustomReflectable {
    let accessKey: String
    let secretKey: String
    /// Of temporary credentials.
    let sessionToken: String?

    var description: String { "S3Credentials(\(accessKey.prefix(4))…)" }
    var customMirror: Mirror { Mirror(self, children: ["accessKey": String(accessKey.prefix(4)) + "…"]) }

    /// From the environment (`AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`), else from the file that
    /// `AWS_SHARED_CREDENTIALS_FILE` names, else `~/.aws/credentials`, in its profile `AWS_PROFILE` or `default`.
    ///
    /// - Throws: `s3_credentials_missing`.
    static func find(environment: [String: String]) throws -> S3Credentials {
        if let access = environment["AWS_ACCESS_KEY_ID"], let secret = environment["AWS_SECRET_ACCESS_KEY"],
            !access.isEmpty, !secret.isEmpty
        {
            return S3Credentials(accessKey: access, secretKey: secret, sessionToken: environment["AWS_SESSION_TOKEN"])
        }
        let path = environment["AWS_SHARED_CREDENTIALS_FILE"] ?? (environment["HOME"] ?? "~") + "/.aws/credentials"
        let profile = environment["AWS_PROFILE"] ?? "default"
        if let text = try? String(contentsOfFile: path, encoding: .utf8), let found = parse(text, profile: profile) {
            return found
        }
        throw PlatformError(
            ErrorCode("s3_credentials_missing", .failedPrecondition),
            "No credentials for the bucket were found.",
            nextStep: "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or write \(path) with the profile '\(profile)'."
        )
    }

    /// A profile of a credentials file: `[name]` lines, and `key = value` lines below them.
    static func parse(_ text: String, profile: String) -> S3Credentials? {
        var section = ""
        var values: [String: String] = [:]
        for line in text.split(whereSeparator: \.isNewline) {
            let line = line.trimmingCharacters(in: .whitespaces)
            if line.hasPrefix("["), line.hasSuffix("]") {
                section = line.dropFirst().dropLast().trimmingCharacters(in: .whitespaces)
            } else if section == profile, let equals = line.firstIndex(of: "="), !line.hasPrefix("#") {
                let key = line[..<equals].trimmingCharacters(in: .whitespaces).lowercased()
                values[key] = line[line.index(after: equals)...].trimmingCharacters(in: .whitespaces)
            }
        }
        guard let access = values["aws_access_key_id"], let secret = values["aws_secret_access_key"] else { return nil }
        return S3Credentials(accessKey: access, secretKey: secret, sessionToken: values["aws_session_token"])
    }
}
