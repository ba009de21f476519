import Primitives

extension AccessPolicy {
    /// Token mode: a caller is whoever its bearer token was issued to; without a token it is anonymous.
    package static func tokens(_ store: TokenStore) -> AccessPolicy {
        AccessPolicy { bearer in
            guard let bearer else { return .anonymous }
            return try await store.principal(bearer)
        }
    }
}
