import Foundation

/// A folder that goes away with the value.
package final class TemporaryFolder: Sendable {
    /// Its absolute path.
    package let path: String

    /// Makes an empty folder.
    package init() throws {
        path = FileManager.default.temporaryDirectory.path + "/aku-test-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        // Stored objects are read-only; folders must be writable before they can be emptied.
        if let walk = FileManager.default.enumerator(atPath: path) {
            for case let item as String in walk { chmod(path + "/" + item, 0o700) }
        }
        try? FileManager.default.removeItem(atPath: path)
    }

    /// The path of something inside.
    package func path(_ name: String) -> String { path + "/" + name }

    /// Writes a file inside, with the folders that it needs.
    ///
    /// - Returns: its path.
    @discardableResult
    package func write(_ name: String, _ content: Data) throws -> String {
        let target = path(name)
        let parent = (target as NSString).deletingLastPathComponent
        try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
        try content.write(to: URL(fileURLWithPath: target))
        return target
    }

    /// Writes a text file inside, with the folders that it needs.
    ///
    /// - Returns: its path.
    @discardableResult
    package func write(_ name: String, _ text: String) throws -> String {
        try write(name, Data(text.utf8))
    }
}
