/// What this build is.
package enum Release {
    /// Semantic version (semver.org 2.0.0).
    package static let version = "0.1.0"
}
