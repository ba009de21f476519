import Foundation
import Primitives
import Storage

/// A Python interpreter and what is installed beside it, as far as it decides what a task computes. Read from files:
/// starting Python for it would cost more than many a task.
package struct Interpreter: Sendable, Hashable {
    /// Its version, for example `3.11.7`, or the name of its program where that is all that is known.
    package let version: String
    /// SHA-256 of the program.
    package let binary: Digest
    /// The installed distributions as `name==version`, names normalised (PEP 503), sorted.
    package let packages: [String]
    /// SHA-256 over the list of packages, one a line.
    package let digest: Digest

    /// Makes a value.
    package init(version: String, binary: Digest, packages: [String]) {
        self.version = version
        self.binary = binary
        self.packages = packages
        digest = Digest.sha256(of: Data(packages.map { $0 + "\n" }.joined().utf8))
    }

    /// What of it is part of a task's identity. With a lock file, what is installed beside it does not count.
    package func components(lock: Digest? = nil) -> [String: String] {
        var out = ["version": version, "binary": binary.description]
        if let lock { out["lock"] = lock.description } else { out["packages"] = digest.description }
        return out
    }

    /// The packages by name; of several of one name, which Python's path decides about, all.
    var byName: [String: String] { Self.byName(packages) }

    static func byName(_ packages: [String]) -> [String: String] {
        Dictionary(
            packages.compactMap { text in
                text.range(of: "==").map { (String(text[..<$0.lowerBound]), String(text[$0.upperBound...])) }
            },
            uniquingKeysWith: { $0 + ", " + $1 }
        )
    }
}
