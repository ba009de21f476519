import Foundation
import Primitives
import TestSupport
import Testing

@testable import Storage

@Suite("S3 address and credentials")
struct S3LocationTests {
    @Test func `An address names bucket, prefix, endpoint, region and style`() throws {
        let location = try S3Location(
            "s3://models/team/a?endpoint=http://127.0.0.1:9000&region=eu-west-1&cache_gib=2",
            environment: [:]
        )
        #expect(location.host == "127.0.0.1:9000")
        #expect(location.path(location.key("aa/bb")) == "/models/team/a/aa/bb")
        #expect(location.cacheBytes == 2 << 30)
        #expect(location.description == "s3://models/team/a at http://127.0.0.1:9000")
        let amazon = try S3Location("s3://models", environment: ["AWS_REGION": "eu-west-1"])
        #expect(amazon.host == "models.s3.eu-west-1.amazonaws.com")
        #expect(amazon.path(amazon.key("aa/bb")) == "/aa/bb")
    }

    @Test(arguments: [
        "http://bucket", "s3://", "s3://ab", "s3://bucket?endpoint=ftp://x", "s3://bucket?what=1",
        "s3://bucket?cache_gib=0", "s3://bucket?path_style=maybe", "s3://bucket?endpoint=http://user:pw@host",
    ])
    func `A wrong address is refused`(text: String) {
        let failure = #expect(throws: PlatformError.self) { try S3Location(text, environment: [:]) }
        #expect(failure?.code == .invalidArgument)
    }

    @Test func `Credentials come from the environment, else from the file's profile, and are never shown`() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(
            "credentials",
            "[default]\naws_access_key_id = AAAA1111\naws_secret_access_key = first\n\n[work]\n"
                + "aws_access_key_id=BBBB2222\naws_secret_access_key=second\naws_session_token=token\n"
        )
        let work = try S3Credentials.find(environment: ["AWS_SHARED_CREDENTIALS_FILE": file, "AWS_PROFILE": "work"])
        #expect(work == S3Credentials(accessKey: "BBBB2222", secretKey: "second", sessionToken: "token"))
        let environment = ["AWS_ACCESS_KEY_ID": "CCCC3333", "AWS_SECRET_ACCESS_KEY": "third"]
        #expect(try S3Credentials.find(environment: environment).secretKey == "third")
        var shown = ""
        dump(work, to: &shown)
        shown += "\(work) \(String(reflecting: work))"
        #expect(!shown.contains("second") && !shown.contains("BBBB2222") && !shown.contains("token"))
        let failure = #expect(throws: PlatformError.self) {
            try S3Credentials.find(environment: ["AWS_SHARED_CREDENTIALS_FILE": folder.path("none")])
        }
        #expect(failure?.code.name == "s3_credentials_missing")
    }
}
