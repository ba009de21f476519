import Foundation
import NIOCore
import Primitives

/// An object that is sent to a bucket in parts (CreateMultipartUpload, UploadPart, CompleteMultipartUpload).
struct MultipartUpload: Sendable {
    let key: String
    let id: String
    let client: S3Client

    static func begin(_ key: String, _ client: S3Client) throws -> MultipartUpload {
        var request = S3Request(method: "POST", key: key, query: [("uploads", "")], action: "begin an upload")
        request.headers = [("Content-Type", "application/octet-stream")]
        let response = try client.send(request)
        guard let id = S3Text.element("UploadId", in: response.text) else {
            throw S3Failure.unavailable(client.location, "begin an upload", "its answer names no upload")
        }
        return MultipartUpload(key: key, id: id, client: client)
    }

    /// Sends one part, from 1.
    ///
    /// - Returns: its entity tag.
    func send(_ number: Int, _ bytes: Data) throws -> String {
        var request = request("PUT", "store a part", [("partNumber", String(number))])
        request.body = ByteBuffer(bytes: bytes)
        let response = try client.send(request)
        guard let tag = response.headers["etag"] else {
            throw S3Failure.unavailable(client.location, request.action, "its answer has no entity tag")
        }
        return tag
    }

    /// Makes a part from an object of the bucket.
    func copy(_ number: Int, _ headers: [(name: String, value: String)]) throws -> String {
        var request = request("PUT", "copy a part", [("partNumber", String(number))])
        request.headers = headers
        guard let tag = S3Text.element("ETag", in: try client.send(request).text) else {
            throw S3Failure.unavailable(client.location, request.action, "its answer has no entity tag")
        }
        return tag
    }

    /// Makes the object of its parts, in order.
    ///
    /// - Throws: `object_store_refused` when a tag is not that of its part.
    func complete(_ tags: [String]) throws {
        try complete(tags.enumerated().map { (number: $0.offset + 1, tag: $0.element) })
    }

    /// As `complete(_:)`, with the parts' own numbers.
    func complete(_ parts: [(number: Int, tag: String)]) throws {
        var request = request("POST", "complete an upload", [])
        let list = parts.map {
            "<Part><PartNumber>\($0.number)</PartNumber><ETag>\(S3Text.escape($0.tag))</ETag></Part>"
        }
        let space = "http://s3.amazonaws.com/doc/2006-03-01/"
        let xml = "<CompleteMultipartUpload xmlns=\"\(space)\">\(list.joined())</CompleteMultipartUpload>"
        request.body = ByteBuffer(string: xml)
        request.headers = [("Content-Type", "application/xml")]
        let response = try client.send(request)
        // An answer of 200 may still hold an error: it begins before the parts are put together. 404 after a try whose
        // answer was lost means that the upload is complete; the caller looks for the object itself.
        guard response.status == 404 || !response.text.contains("<Error>") else {
            throw S3Failure.refused(client.location, request.action, response)
        }
    }

    /// Gives up; a bucket that cannot be told now removes the parts by its own rules.
    func abort() { _ = try? client.send(request("DELETE", "abort an upload", [])) }

    private func request(_ method: String, _ action: String, _ query: [(name: String, value: String)]) -> S3Request {
        S3Request(method: method, key: key, query: query + [("uploadId", id)], action: action)
    }
}
