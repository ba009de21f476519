import Primitives

/// How a provider of models lets itself be opened: what forms ask for, and what of it is a secret.
package struct GatewayProvider: Sendable, Hashable {
    /// One thing to fill in.
    package struct Field: Sendable, Hashable {
        /// Its name in the secret or its configuration.
        package let name: String
        /// What it is.
        package let description: String
        /// Whether it is a secret.
        package let isSecret: Bool
        /// Whether it must be filled in.
        package let isRequired: Bool
        /// What it is when left out.
        package let standard: String?

        static func secret(_ name: String, _ description: String, required: Bool = true) -> Field {
            Field(name: name, description: description, isSecret: true, isRequired: required, standard: nil)
        }

        static func plain(_ name: String, _ description: String, required: Bool = false, standard: String? = nil)
            -> Field
        {
            Field(name: name, description: description, isSecret: false, isRequired: required, standard: standard)
        }
    }

    /// One way to be opened.
    package struct Mode: Sendable, Hashable {
        /// Its identifier.
        package let id: String
        /// Its name for people.
        package let name: String
        /// What it needs, in one sentence.
        package let description: String
        /// What to fill in.
        package let fields: [Field]

        init(_ id: String, _ name: String, _ description: String, _ fields: [Field]) {
            self.id = id
            self.name = name
            self.description = description
            self.fields = fields
        }
    }

    /// The ways, the usual one first.
    package let modes: [Mode]

    /// The provider with a name; one that is not known is opened with an API key.
    package static func named(_ name: String) -> GatewayProvider {
        let name = name.lowercased()
        switch name {
        case "bedrock", "bedrock_converse": return GatewayProvider(modes: bedrock)
        case "sagemaker": return GatewayProvider(modes: sagemaker)
        case "azure": return GatewayProvider(modes: azure)
        case "vertex_ai": return GatewayProvider(modes: vertex)
        case "databricks": return GatewayProvider(modes: databricks)
        default:
            let title = name.split(separator: "_").map(\.capitalized).joined(separator: " ")
            let fields: [Field] = [
                .secret("api_key", "\(title) API key"), .plain("api_base", "Address of the \(title) API"),
            ]
            return GatewayProvider(modes: [Mode("api_key", "API Key", "An API key of \(title)", fields)])
        }
    }

    /// Providers that MLflow's clients know, by name.
    package static let names = [
        "ai21", "anthropic", "anyscale", "azure", "azure_ai", "baseten", "bedrock", "cerebras", "cloudflare",
        "codestral", "cohere", "databricks", "deepinfra", "deepseek", "fireworks_ai", "friendliai", "gemini",
        "github_copilot", "groq", "hyperbolic", "lambda_ai", "meta_llama", "mistral", "moonshot", "nebius", "novita",
        "oci", "ollama", "openai", "openrouter", "ovhcloud", "perplexity", "portkey", "replicate", "sagemaker",
        "sambanova", "scaleway", "snowflake", "together_ai", "vertex_ai", "volcengine", "voyage", "watsonx", "xai",
    ]

    private static let region = Field.plain("aws_region_name", "AWS region, for example us-east-1")
    private static let accessKeys: [Field] = [
        .secret("aws_access_key_id", "AWS access key id"), .secret("aws_secret_access_key", "AWS secret access key"),
    ]
    private static let role = Field.plain("aws_role_name", "ARN of the IAM role to assume", required: true)
    private static let ambient = Mode(
        "default_chain",
        "Default Credential Chain",
        "The AWS credentials that the gateway's machine has",
        [
            .plain("aws_role_name", "ARN of an IAM role to assume"),
            .plain("aws_session_name", "Name of the assumed role's session"), region,
        ]
    )

    private static let bedrock = [
        Mode(
            "api_key",
            "API Key",
            "A bearer token of Amazon Bedrock",
            [.secret("api_key", "Amazon Bedrock API key"), .plain("aws_region_name", "AWS region", required: true)]
        ),
        Mode("access_keys", "Access Keys", "An AWS access key and its secret", accessKeys + [region]),
        Mode("iam_role", "IAM Role Assumption", "An IAM role that the gateway's machine may assume", [role, region]),
        ambient,
    ]

    private static let sagemaker = [
        Mode("access_keys", "Access Keys", "An AWS access key and its secret", accessKeys + [region]),
        Mode("iam_role", "IAM Role Assumption", "An IAM role assumed with an access key", accessKeys + [role, region]),
        ambient,
    ]

    private static let azure = [
        Mode(
            "api_key",
            "API Key",
            "An API key of Azure OpenAI",
            [
                .secret("api_key", "Azure OpenAI API key"),
                .plain("api_base", "Address of the Azure OpenAI resource", required: true),
                .plain("api_version", "Version of the API, for example 2024-02-01", required: true),
            ]
        )
    ]

    private static let vertex: [Mode] = {
        let place: [Field] = [
            .plain("vertex_project", "Google Cloud project", required: true),
            .plain("vertex_location", "Google Cloud region", standard: "us-central1"),
        ]
        return [
            Mode(
                "service_account_json",
                "Service Account JSON",
                "The key file of a service account",
                [.secret("vertex_credentials", "Content of the key file")] + place
            ),
            Mode(
                "default_chain",
                "Application Default Credentials",
                "The Google Cloud credentials that the gateway's machine has",
                place
            ),
        ]
    }()

    private static let databricks: [Mode] = {
        let address = Field.plain("api_base", "Address of the workspace", required: true)
        return [
            Mode(
                "pat_token",
                "Personal Access Token",
                "A personal access token of Databricks",
                [.secret("api_key", "Personal access token"), address]
            ),
            Mode(
                "oauth_m2m",
                "OAuth M2M (Service Principal)",
                "OAuth between machines",
                [
                    .secret("client_secret", "OAuth client secret"), address,
                    .plain("client_id", "OAuth client id", required: true),
                ]
            ),
        ]
    }()
}

extension Substring {
    /// With a capital first letter.
    fileprivate var capitalized: String { prefix(1).uppercased() + dropFirst() }
}
