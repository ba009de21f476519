import Primitives

/// Who is asking.
package struct Principal: Sendable, Hashable, Codable {
    /// Shown in the journal as the actor.
    package let name: String
    /// What it may do.
    package let permissions: Set<Permission>

    /// Makes a principal.
    package init(name: String, permissions: Set<Permission>) {
        self.name = name
        self.permissions = permissions
    }

    /// Nobody: may call open routes only.
    package static let anonymous = Principal(name: "anonymous", permissions: [.open])
    /// The only principal of loopback development mode.
    package static let developer = Principal(name: "developer", permissions: Set(Permission.allCases))
}

/// Decides who may call a route: deny by default.
package struct AccessPolicy: Sendable {
    private let authenticate: @Sendable (String?) async throws -> Principal

    /// Makes a policy; `authenticate` turns a bearer token (or none) into a principal.
    package init(authenticate: @escaping @Sendable (String?) async throws -> Principal) {
        self.authenticate = authenticate
    }

    /// Loopback development mode: everyone who reaches the port is the developer. Only for a listener on loopback.
    package static let development = AccessPolicy { _ in .developer }

    /// The caller, when it may do what the route needs.
    ///
    /// - Throws: `unauthenticated` without a good token, `permission_denied` when the token's roles lack the
    /// permission.
    package func authorize(bearer: String?, permission: Permission) async throws -> Principal {
        if permission == .open { return .anonymous }
        let principal = try await authenticate(bearer)
        if principal.permissions.contains(permission) { return principal }
        if principal == .anonymous {
            throw PlatformError(
                ErrorCode("unauthenticated", .unauthenticated),
                "This route needs a token.",
                nextStep: "Send 'Authorization: Bearer TOKEN'; 'aku up' says where the administrator's token is kept."
            )
        }
        throw PlatformError(
            ErrorCode("permission_denied", .permissionDenied),
            "'\(principal.name)' lacks the permission '\(permission.rawValue)'.",
            nextStep: "Ask an administrator for a token with it."
        )
    }
}
