/// What we read of a kubeconfig (client-go's `clientcmd/api/v1`).
struct Kubeconfig: Decodable {
    struct Named<Value: Decodable>: Decodable {
        let name: String
        let value: Value

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Key.self)
            name = try container.decode(String.self, forKey: Key(stringValue: "name"))
            let rest = container.allKeys.first { $0.stringValue != "name" } ?? Key(stringValue: "value")
            value = try container.decode(Value.self, forKey: rest)
        }

        private struct Key: CodingKey {
            let stringValue: String
            var intValue: Int? { nil }
            init(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }
    }

    struct Cluster: Decodable {
        let server: String
        let authority: String?
        let authorityData: String?
        let isInsecure: Bool?

        enum CodingKeys: String, CodingKey {
            case server
            case authority = "certificate-authority"
            case authorityData = "certificate-authority-data"
            case isInsecure = "insecure-skip-tls-verify"
        }
    }

    struct Context: Decodable {
        let cluster: String
        let user: String?
        let namespace: String?
    }

    struct User: Decodable {
        let token: String?
        let tokenFile: String?
        let certificate: String?
        let certificateData: String?
        let key: String?
        let keyData: String?
        let hasPlugin: Bool

        enum CodingKeys: String, CodingKey {
            case token, tokenFile, exec
            case certificate = "client-certificate"
            case certificateData = "client-certificate-data"
            case key = "client-key"
            case keyData = "client-key-data"
            case provider = "auth-provider"
        }

        init(from decoder: any Decoder) throws {
            let values = try decoder.container(keyedBy: CodingKeys.self)
            token = try values.decodeIfPresent(String.self, forKey: .token)
            tokenFile = try values.decodeIfPresent(String.self, forKey: .tokenFile)
            certificate = try values.decodeIfPresent(String.self, forKey: .certificate)
            certificateData = try values.decodeIfPresent(String.self, forKey: .certificateData)
            key = try values.decodeIfPresent(String.self, forKey: .key)
            keyData = try values.decodeIfPresent(String.self, forKey: .keyData)
            hasPlugin = values.contains(.exec) || values.contains(.provider)
        }
    }

    let current: String?
    let clusters: [Named<Cluster>]?
    let contexts: [Named<Context>]?
    let users: [Named<User>]?

    enum CodingKeys: String, CodingKey {
        case clusters, contexts, users
        case current = "current-context"
    }
}

extension Kubeconfig.Named where Value == Kubeconfig.Cluster { var cluster: Kubeconfig.Cluster { value } }
extension Kubeconfig.Named where Value == Kubeconfig.Context { var context: Kubeconfig.Context { value } }
extension Kubeconfig.Named where Value == Kubeconfig.User { var user: Kubeconfig.User { value } }
