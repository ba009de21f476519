import Foundation
import Primitives
import Yams

/// How a server reaches its Kubernetes cluster.
package struct KubernetesSettings: Sendable, Equatable {
    /// Who the server is for the cluster.
    package enum Credential: Sendable, Equatable {
        /// Nobody, for example behind `kubectl proxy`.
        case none
        /// A bearer token.
        case token(String)
        /// A file with a bearer token, which is renewed there and so read for each request.
        case tokenFile(String)
        /// A certificate and its key, PEM.
        case certificate(String, key: String)
    }

    /// The API server, without a slash at the end.
    package var server: String
    /// Where jobs are made.
    package var namespace: String
    /// PEM certificates of who signs for the API server; nil for the system's.
    package var authority: String?
    /// Who the server is.
    package var credential: Credential

    /// Where a pod finds who it is.
    static let serviceAccount = "/var/run/secrets/kubernetes.io/serviceaccount"

    /// Names a cluster.
    package init(server: String, namespace: String, authority: String? = nil, credential: Credential = .none) {
        self.server = server
        self.namespace = namespace
        self.authority = authority
        self.credential = credential
    }

    /// `AKU_KUBERNETES`: the path of a kubeconfig, or `in-cluster`; `AKU_KUBERNETES_NAMESPACE` overrides its namespace. Nil
    /// when neither is said.
    ///
    /// - Throws: `invalid_argument` for a kubeconfig that cannot be used.
    package static func read(environment: [String: String]) throws -> KubernetesSettings? {
        guard let place = environment["AKU_KUBERNETES"], !place.isEmpty else { return nil }
        var settings = try place == "in-cluster" ? inCluster(environment) : kubeconfig(place)
        if let namespace = environment["AKU_KUBERNETES_NAMESPACE"], !namespace.isEmpty {
            settings.namespace = namespace
        }
        guard settings.namespace.wholeMatch(of: /[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?/) != nil else {
            throw invalid("'\(settings.namespace.prefix(80))' is no namespace", place)
        }
        return settings
    }

    private static func inCluster(_ environment: [String: String]) throws -> KubernetesSettings {
        guard let host = environment["KUBERNETES_SERVICE_HOST"], let port = environment["KUBERNETES_SERVICE_PORT"]
        else {
            throw invalid("the server is in no cluster: KUBERNETES_SERVICE_HOST is not set", "in-cluster")
        }
        return KubernetesSettings(
            server: "https://\(host.contains(":") ? "[\(host)]" : host):\(port)",
            namespace: (try? String(contentsOfFile: serviceAccount + "/namespace", encoding: .utf8)) ?? "default",
            authority: try? String(contentsOfFile: serviceAccount + "/ca.crt", encoding: .utf8),
            credential: .tokenFile(serviceAccount + "/token")
        )
    }

    /// The current context of a kubeconfig.
    static func kubeconfig(_ path: String) throws -> KubernetesSettings {
        guard let data = FileManager.default.contents(atPath: path) else { throw invalid("it cannot be read", path) }
        let file: Kubeconfig
        do {
            file = try YAMLDecoder().decode(Kubeconfig.self, from: data)
        } catch {
            throw invalid("it is no kubeconfig (\(error))", path)
        }
        guard let context = file.contexts?.first(where: { $0.name == file.current })?.context else {
            throw invalid("it has no current context", path)
        }
        guard let cluster = file.clusters?.first(where: { $0.name == context.cluster })?.cluster else {
            throw invalid("it has no cluster '\(context.cluster)'", path)
        }
        if cluster.isInsecure == true { throw invalid("insecure-skip-tls-verify is not taken", path) }
        guard cluster.server.hasPrefix("https://") || cluster.server.hasPrefix("http://") else {
            throw invalid("'\(cluster.server.prefix(200))' is no address", path)
        }
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        func pem(_ inline: String?, _ file: String?) throws -> String? {
            if let inline {
                guard let data = Data(base64Encoded: inline) else { throw invalid("a certificate is not base64", path) }
                return String(decoding: data, as: UTF8.self)
            }
            guard let file else { return nil }
            let place = file.hasPrefix("/") ? file : "\(folder)/\(file)"
            guard let data = FileManager.default.contents(atPath: place) else {
                throw invalid("'\(place)' is missing", path)
            }
            return String(decoding: data, as: UTF8.self)
        }
        let user = file.users?.first { $0.name == context.user }?.user
        var credential = Credential.none
        if let token = user?.token {
            credential = .token(token)
        } else if let file = user?.tokenFile {
            credential = .tokenFile(file.hasPrefix("/") ? file : "\(folder)/\(file)")
        } else if let certificate = try pem(user?.certificateData, user?.certificate) {
            guard let key = try pem(user?.keyData, user?.key) else { throw invalid("a certificate has no key", path) }
            credential = .certificate(certificate, key: key)
        } else if user?.hasPlugin == true {
            throw invalid("its user is a plug-in (exec, auth-provider), which is not called", path)
        }
        return KubernetesSettings(
            server: cluster.server.hasSuffix("/") ? String(cluster.server.dropLast()) : cluster.server,
            namespace: context.namespace ?? "default",
            authority: try pem(cluster.authorityData, cluster.authority),
            credential: credential
        )
    }

    private static func invalid(_ reason: String, _ place: String) -> PlatformError {
        PlatformError(
            .invalidArgument,
            "AKU_KUBERNETES is '\(place.prefix(200))': \(reason).",
            nextStep: "Name a kubeconfig with a token or a client certificate, or write in-cluster.",
            context: ["path": place]
        )
    }
}
