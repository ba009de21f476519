import Primitives

extension ErrorCode {
    /// An alias points elsewhere than the caller expects: somebody moved it first.
    package static let aliasMoved = ErrorCode("alias_moved", .conflict)
    /// The model has no such alias.
    package static let aliasMissing = ErrorCode("alias_missing", .notFound)
    /// The version has no package, so it cannot be sealed, deployed or promoted as one.
    package static let versionWithoutPackage = ErrorCode("version_without_package", .failedPrecondition)
    /// A version that an endpoint serves cannot be deleted.
    package static let versionDeployed = ErrorCode("version_deployed", .failedPrecondition)
    /// A version lacks an attestation that the gate of an alias or stage asks for.
    package static let gateNotPassed = ErrorCode("gate_not_passed", .failedPrecondition)
}
