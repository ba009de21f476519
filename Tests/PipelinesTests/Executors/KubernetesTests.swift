import Foundation
import Primitives
import TestSupport
import Testing

@testable import Pipelines

@Suite struct KubernetesTests {
    private static func kubeconfig(user: String, cluster: String = "") -> String {
        """
        apiVersion: v1
        kind: Config
        current-context: here
        contexts:
        - { name: there, context: { cluster: other, user: other } }
        - { name: here, context: { cluster: c, user: u, namespace: ml } }
        clusters:
        - { name: c, cluster: { server: "https://10.0.0.1:6443/"\(cluster) } }
        users:
        - { name: u, user: { \(user) } }
        """
    }

    private static func read(_ text: String, more: [String: String] = [:]) throws -> KubernetesSettings? {
        let folder = try TemporaryFolder()
        try Data(text.utf8).write(to: URL(fileURLWithPath: folder.path + "/config"))
        try Data("key\n".utf8).write(to: URL(fileURLWithPath: folder.path + "/key.pem"))
        let environment = ["AKU_KUBERNETES": folder.path + "/config"].merging(more) { $1 }
        return try KubernetesSettings.read(environment: environment)
    }

    @Test func `the current context of a kubeconfig names server, namespace and who we are`() throws {
        let authority = Data("authority".utf8).base64EncodedString()
        let certificate = Data("certificate".utf8).base64EncodedString()
        let text = Self.kubeconfig(
            user: "client-certificate-data: \(certificate), client-key: key.pem",
            cluster: ", certificate-authority-data: \(authority)"
        )
        let expected = KubernetesSettings(
            server: "https://10.0.0.1:6443",
            namespace: "ml",
            authority: "authority",
            credential: .certificate("certificate", key: "key\n")
        )
        #expect(try Self.read(text) == expected)
        let other = try Self.read(Self.kubeconfig(user: "token: t"), more: ["AKU_KUBERNETES_NAMESPACE": "team-b"])
        #expect(other?.credential == .token("t"))
        #expect(other?.namespace == "team-b")
        #expect(try KubernetesSettings.read(environment: [:]) == nil)
    }

    @Test(arguments: [
        ("exec: { command: aws }", "", "plug-in"), ("token: t", ", insecure-skip-tls-verify: true", "insecure"),
        ("client-certificate: missing.pem", "", "is missing"),
    ])
    func `a kubeconfig that cannot be used safely is refused`(user: String, cluster: String, part: String) {
        let error = #expect(throws: PlatformError.self) {
            try Self.read(Self.kubeconfig(user: user, cluster: cluster))
        }
        #expect(error?.code == .invalidArgument)
        #expect(error?.message.contains(part) == true)
    }

    @Test func `in a cluster the service account says who we are, and outside of one that is an error`() throws {
        let place = [
            "AKU_KUBERNETES": "in-cluster", "KUBERNETES_SERVICE_HOST": "fd00::1", "KUBERNETES_SERVICE_PORT": "443",
        ]
        let settings = try KubernetesSettings.read(environment: place)
        #expect(settings?.server == "https://[fd00::1]:443")
        #expect(settings?.credential == .tokenFile("/var/run/secrets/kubernetes.io/serviceaccount/token"))
        #expect(throws: PlatformError.self) {
            try KubernetesSettings.read(environment: ["AKU_KUBERNETES": "in-cluster"])
        }
    }

    @Test func `an attempt's name is a DNS label, and no two attempts share one`() {
        let ids = [("a_b.C", 1), ("a_b.C", 2), ("a-b-c", 1)].map { AttemptID(run: "01RUN", task: $0.0, attempt: $0.1) }
        let names = ids.map(KubernetesManifest.name)
        #expect(Set(names).count == 3)
        #expect(names.allSatisfy { $0.wholeMatch(of: /aku-[0-9a-f]{40}/) != nil })
    }
}
