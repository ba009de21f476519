import Foundation
import Primitives
import Testing

@testable import Storage

/// The examples of "Authenticating Requests (AWS Signature Version 4)" in the Amazon S3 API Reference, and the first case of
/// AWS's signature test suite.
@Suite("Signature Version 4")
struct SignatureV4Tests {
    private static let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    private static let date = "20130524T000000Z"
    private static let host = (name: "Host", value: "examplebucket.s3.amazonaws.com")
    private let signer = SignatureV4(
        credentials: S3Credentials(
            accessKey: "AKIAIOSFODNN7EXAMPLE",
            secretKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            sessionToken: nil
        ),
        region: "us-east-1"
    )

    private static func request(
        _ method: String,
        _ path: String,
        query: [(name: String, value: String)] = [],
        headers: [(name: String, value: String)] = [],
        hash: String = empty
    ) -> SignatureV4.Request {
        let fixed = [host, (name: "x-amz-content-sha256", value: hash), (name: "x-amz-date", value: date)]
        return SignatureV4.Request(
            method: method,
            path: path,
            query: query,
            headers: fixed + headers,
            payloadHash: hash
        )
    }

    @Test func `AWS's example of GET with a range has the published signature`() {
        let request = Self.request("GET", "/test.txt", headers: [("Range", "bytes=0-9")])
        #expect(
            signer.authorization(request, date: Self.date)
                == "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
                + "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,"
                + "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
        )
    }

    @Test func `AWS's example of PUT has the published signature`() {
        let request = Self.request(
            "PUT",
            "/" + SignatureV4.encode("test$file.text", inPath: true),
            headers: [("Date", "Fri, 24 May 2013 00:00:00 GMT"), ("x-amz-storage-class", "REDUCED_REDUNDANCY")],
            hash: "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072"
        )
        let expected = "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"
        #expect(signer.authorization(request, date: Self.date).hasSuffix("Signature=\(expected)"))
    }

    @Test(arguments: [
        ([("lifecycle", "")], "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
        (
            [("prefix", "J"), ("max-keys", "2")],
            "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"
        ),
    ])
    func `AWS's examples with a query have the published signatures`(query: [(String, String)], expected: String) {
        let request = Self.request("GET", "/", query: query.map { (name: $0.0, value: $0.1) })
        #expect(signer.authorization(request, date: Self.date).hasSuffix("Signature=\(expected)"))
    }

    @Test func `AWS's example of an address that expires has the published signature`() {
        let request = SignatureV4.Request(
            method: "GET",
            path: "/test.txt",
            headers: [Self.host],
            payloadHash: SignatureV4.unsignedPayload
        )
        #expect(
            signer.presignedQuery(request, date: Self.date, seconds: 86400)
                == "X-Amz-Algorithm=AWS4-HMAC-SHA256"
                + "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
                + "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
                + "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
        )
    }

    @Test func `The suite's get-vanilla has the published signature`() {
        var other = SignatureV4(
            credentials: S3Credentials(
                accessKey: "AKIDEXAMPLE",
                secretKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
                sessionToken: nil
            ),
            region: "us-east-1"
        )
        other.service = "service"
        let request = SignatureV4.Request(
            method: "GET",
            path: "/",
            headers: [("Host", "example.amazonaws.com"), ("X-Amz-Date", "20150830T123600Z")],
            payloadHash: Self.empty
        )
        let expected = "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
        #expect(other.authorization(request, date: "20150830T123600Z").hasSuffix("Signature=\(expected)"))
    }

    @Test func `Query items are sorted by their encoded names, then values`() {
        let items = [(name: "b", value: "2"), (name: "a b", value: "/"), (name: "b", value: "10")]
        #expect(SignatureV4.canonicalQuery(items) == "a%20b=%2F&b=10&b=2")
    }

    @Test func `Dates of both forms are read`() throws {
        #expect(S3Text.moment("2026-11-23T12:01:22.000Z")?.milliseconds == 1_795_435_282_000)
        #expect(S3Text.moment("Mon, 23 Nov 2026 12:01:22 GMT")?.milliseconds == 1_795_435_282_000)
        #expect(S3Text.moment("yesterday") == nil)
        #expect(SignatureV4.date(milliseconds: 1_795_435_282_000) == "20261123T120122Z")
    }
}
