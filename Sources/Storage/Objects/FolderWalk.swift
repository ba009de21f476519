import Foundation
import Primitives

/// Lists a folder's files for a tree. A link is followed when its target stays inside the folder, and refused
/// otherwise; devices, sockets and pipes are refused.
package struct FolderWalk {
    /// One file that was found.
    package struct File: Sendable, Hashable {
        /// Relative to the folder.
        package let path: String
        /// Where its bytes are, links resolved.
        package let location: String
        /// Bytes.
        package let size: Int64
        /// Whether the owner may run it.
        package let executable: Bool
    }

    /// The deepest nesting of folders.
    private static let maximumDepth = 64

    private let base: String
    private var files: [File] = []

    /// The files of a folder, by path.
    ///
    /// - Throws: `file_missing`, `tree_invalid`.
    package static func files(in directory: String) throws -> [File] {
        guard let base = realPath(directory) else { throw DiskFailure.make(ENOENT, "open", directory) }
        var walk = FolderWalk(base: base)
        try walk.visit(base, "", 0)
        return walk.files.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    }

    private init(base: String) { self.base = base }

    private mutating func visit(_ location: String, _ relative: String, _ depth: Int) throws {
        guard depth <= Self.maximumDepth else {
            throw Tree.invalid("is nested more than \(Self.maximumDepth) folders deep", relative)
        }
        var status = stat()
        guard stat(location, &status) == 0 else { throw DiskFailure.make(errno, "stat", location) }
        switch status.st_mode & S_IFMT {
        case S_IFDIR:
            for name in try FileManager.default.contentsOfDirectory(atPath: location).sorted() {
                let path = relative.isEmpty ? name : "\(relative)/\(name)"
                try visit(try resolve("\(location)/\(name)", path), path, depth + 1)
            }
        case S_IFREG:
            guard files.count < Tree.maximumEntries else {
                throw Tree.invalid("has more than \(Tree.maximumEntries) files", "")
            }
            try Tree.check(path: relative)
            let runs = status.st_mode & 0o100 != 0
            files.append(File(path: relative, location: location, size: Int64(status.st_size), executable: runs))
        default:
            throw Tree.invalid("is a device, socket or pipe", relative)
        }
    }

    private func resolve(_ location: String, _ path: String) throws -> String {
        var status = stat()
        guard lstat(location, &status) == 0 else { throw DiskFailure.make(errno, "stat", location) }
        guard status.st_mode & S_IFMT == S_IFLNK else { return location }
        guard let target = Self.realPath(location) else { throw Tree.invalid("is a link to nothing", path) }
        guard target.hasPrefix(base + "/") else { throw Tree.invalid("is a link that leaves the folder", path) }
        return target
    }

    private static func realPath(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}
