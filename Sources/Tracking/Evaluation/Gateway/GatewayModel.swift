import Primitives
import Storage

/// A model of a provider, and the secret that opens it.
package struct GatewayModel: Sendable, Hashable {
    /// `d-` and 32 hexadecimal digits.
    package let id: String
    /// Its unique name.
    package let name: String
    /// The secret; nil after it was deleted.
    package let secretID: String?
    /// The secret's name.
    package let secretName: String?
    /// The provider: `openai`, `bedrock`, …
    package let provider: String
    /// What the provider calls the model.
    package let modelName: String
    /// Who and when.
    package let audit: GatewayAudit

    init(row: SQLRow) throws {
        id = try row.text("model_definition_id")
        name = try row.text("name")
        secretID = try row.optionalText("secret_id")
        secretName = try row.optionalText("secret_name")
        provider = try row.text("provider")
        modelName = try row.text("model_name")
        audit = try GatewayAudit(row: row)
    }
}
