import Foundation
import Primitives
import Storage

/// Packages laid out as folders, one a tree digest. A folder appears in one step, complete, or not at all.
package struct PackageCache: Sendable {
    private let root: String
    private let objects: ObjectStore

    /// - Parameter root: made when it is missing; may be emptied whenever the server is down.
    package init(root: String, objects: ObjectStore) throws {
        self.root = root
        self.objects = objects
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
    }

    /// The folder of a package, laid out from the object store when it is not there yet.
    ///
    /// - Throws: `object_missing`, `object_corrupt`.
    package func folder(of package: Digest) throws -> String {
        let target = root + "/" + package.hex
        if FileManager.default.fileExists(atPath: target) { return target }
        let draft = "\(target).\(UUID().uuidString)"
        do {
            try objects.materialise(tree: package, at: draft)
            // Two deployments may lay out the same package; the first wins and the other's draft goes.
            if rename(draft, target) != 0 { try FileManager.default.removeItem(atPath: draft) }
        } catch {
            try? FileManager.default.removeItem(atPath: draft)
            throw error
        }
        return target
    }
}
