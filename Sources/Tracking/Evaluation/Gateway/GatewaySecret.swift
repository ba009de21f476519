import Primitives
import Storage

/// What may be shown of a secret of the gateway: everything but its values.
package struct GatewaySecret: Sendable, Hashable {
    /// `s-` and 32 hexadecimal digits.
    package let id: String
    /// Its unique name.
    package let name: String
    /// Each value's name with its first three and last four characters, or `***` for a short one.
    package let masked: [KeyValue]
    /// The provider that it opens.
    package let provider: String?
    /// What else the provider wants to know; nothing secret.
    package let configuration: [KeyValue]
    /// Who and when.
    package let audit: GatewayAudit

    init(row: SQLRow) throws {
        id = try row.text("secret_id")
        name = try row.text("name")
        masked = try Self.pairs(row.text("masked"))
        provider = try row.optionalText("provider")
        configuration = try row.optionalText("auth_config").map(Self.pairs) ?? []
        audit = try GatewayAudit(row: row)
    }

    private static func pairs(_ text: String) throws -> [KeyValue] {
        (try OrderedJSON(parsing: text, what: "A stored secret").members ?? []).map {
            KeyValue($0.key, $0.value.stringValue ?? "")
        }
    }
}

/// The values of a secret as they arrive. They have no description: they cannot be printed by mistake.
package struct SecretValues: Sendable {
    /// The most values, and the most bytes of them together.
    static let count = 50
    static let bytes = 64 << 10
    /// Names that would choose where the gateway sends requests; the place for that is `api_base`, which is checked.
    static let destinations: Set<String> = [
        "api_base", "base_url", "model_list", "fallbacks", "custom_llm_provider",
    ]

    private let document: OrderedJSON

    /// Checks a JSON object of texts.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE`; the message never holds a value.
    package init(_ document: OrderedJSON) throws {
        guard let members = document.members, members.allSatisfy({ $0.value.stringValue != nil }) else {
            throw PlatformError.mlflowInvalid("'secret_value' must be a JSON object whose values are strings.")
        }
        guard members.count <= Self.count, document.written.utf8.count <= Self.bytes else {
            throw PlatformError.mlflowInvalid(
                "'secret_value' may have at most \(Self.count) entries and \(Self.bytes) bytes."
            )
        }
        let reserved = members.map(\.key).filter(Self.destinations.contains).sorted()
        guard reserved.isEmpty else {
            throw PlatformError.mlflowInvalid(
                "secret_value must not contain \(Self.list(reserved)): these keys choose where the gateway sends requests. "
                    + "Set the upstream with 'api_base' in auth_config, where it is validated."
            )
        }
        self.document = document
    }

    /// The text that is sealed.
    var plain: String { document.written }

    /// What may be shown.
    var masked: String {
        OrderedJSON.object(
            (document.members ?? []).map { .init($0.key, .string(Self.mask($0.value.stringValue ?? ""))) }
        ).written
    }

    static func list(_ names: [String]) -> String { names.map { "'\($0)'" }.joined(separator: ", ") }

    private static func mask(_ value: String) -> String {
        let scalars = value.unicodeScalars
        guard scalars.count >= 8 else { return "***" }
        return "\(String.UnicodeScalarView(scalars.prefix(3)))...\(String.UnicodeScalarView(scalars.suffix(4)))"
    }
}

/// A secret's configuration as it arrives, checked.
package struct SecretConfiguration: Sendable {
    /// The JSON text; nil when nothing is left of it.
    let text: String?

    /// Checks a JSON object of texts. `api_base` must be an https URL with a host and without credentials; a blank one is
    /// dropped.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE`.
    package init(_ document: OrderedJSON) throws {
        guard var members = document.members, members.allSatisfy({ $0.value.stringValue != nil }) else {
            throw PlatformError.mlflowInvalid("'auth_config' must be a JSON object whose values are strings.")
        }
        let reserved = members.map(\.key).filter { SecretValues.destinations.contains($0) && $0 != "api_base" }
            .sorted()
        guard reserved.isEmpty, document.written.utf8.count <= SecretValues.bytes else {
            throw PlatformError.mlflowInvalid(
                "auth_config must not contain \(SecretValues.list(reserved)): these LiteLLM options choose where the gateway "
                    + "sends requests. Set the upstream with 'api_base', which is validated."
            )
        }
        if let place = members.firstIndex(where: { $0.key == "api_base" }) {
            let base = (members[place].value.stringValue ?? "").stripped
            if base.isEmpty {
                members.remove(at: place)
            } else {
                try Self.check(base: base)
                members[place].value = .string(base)
            }
        }
        text = members.isEmpty ? nil : OrderedJSON.object(members).written
    }

    private static func check(base: String) throws {
        let rest = base.dropFirst("https://".count)
        let authority = rest.prefix { !"/?#".contains($0) }
        guard base.lowercased().hasPrefix("https://") else {
            throw PlatformError.mlflowInvalid(
                "Invalid Gateway secret api_base scheme. Allowed schemes are: 'https'."
            )
        }
        guard !authority.contains("@") else {
            throw PlatformError.mlflowInvalid("Gateway secret api_base must not include embedded credentials.")
        }
        guard !authority.isEmpty, !authority.hasPrefix(":") else {
            throw PlatformError.mlflowInvalid("Gateway secret api_base must include a hostname.")
        }
    }
}
