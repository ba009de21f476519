import Foundation
import Primitives
import Storage

/// A file that pages load. Its path holds the digest of its bytes, so browsers may keep it for ever.
struct ConsoleAsset: Sendable, Hashable {
    /// For example `/static/0f3a…/console.css`.
    let path: String
    /// The media type.
    let contentType: String
    /// The bytes.
    let text: String

    private init(_ name: String, contentType: String, text: String) {
        path = "/static/\(Digest.sha256(of: Data(text.utf8)).short)/\(name)"
        self.contentType = contentType
        self.text = text
    }

    /// The style sheet.
    static let style = ConsoleAsset("console.css", contentType: "text/css; charset=utf-8", text: styleText)
    /// The script of live pages.
    static let script = ConsoleAsset(
        "console.js",
        contentType: "text/javascript; charset=utf-8",
        text: scriptText
    )
    /// The mark in the browser's tab.
    static let icon = ConsoleAsset("icon.svg", contentType: "image/svg+xml", text: iconText)
    /// Every file.
    static let all = [style, script, icon]

    private static let iconText = """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3" fill="#17212b"/>\
        <path fill="#fff" d="M3 11.5h2v2H3zM7 7.5h2v6H7zM11 2.5h2v11h-2z"/></svg>
        """
}
