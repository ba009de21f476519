import Foundation
import Primitives

/// The bytes that a journal entry's leaf hash covers: the canonical JSON of sequence, time and event. Built from the
/// stored text of the body, never from a decoded copy, so that any changed byte of a record changes its hash.
struct JournalLeaf {
    let sequence: Int64
    let at: Int64
    let kind: String
    let subject: String
    let actor: String
    let body: String

    /// The canonical JSON.
    var bytes: [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(body.utf8.count + kind.utf8.count + subject.utf8.count + 120)
        out += "{\"at\":\(at),\"event\":{\"actor\":".utf8
        Self.quote(actor, into: &out)
        out += ",\"body\":".utf8
        out += body.utf8
        out += ",\"kind\":".utf8
        Self.quote(kind, into: &out)
        out += ",\"subject\":".utf8
        Self.quote(subject, into: &out)
        out += "},\"sequence\":\(sequence)}".utf8
        return out
    }

    /// The RFC 6962 hash of those bytes.
    var hash: Digest { MerkleHash.leaf(bytes) }

    /// A JSON string as `JSONEncoder` writes it with plain slashes (RFC 8259 §7).
    private static func quote(_ text: String, into out: inout [UInt8]) {
        out.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""): out += "\\\"".utf8
            case UInt8(ascii: "\\"): out += "\\\\".utf8
            case 0x08: out += "\\b".utf8
            case 0x0C: out += "\\f".utf8
            case 0x0A: out += "\\n".utf8
            case 0x0D: out += "\\r".utf8
            case 0x09: out += "\\t".utf8
            case 0..<0x20: out += "\\u00".utf8 + Array(Hex.encode([byte]).utf8)
            default: out.append(byte)
            }
        }
        out.append(UInt8(ascii: "\""))
    }
}

extension JournalLeaf {
    /// The leaf of a stored row.
    init(_ row: SQLRow) throws {
        self.init(
            sequence: try row.integer("sequence"),
            at: try row.integer("at"),
            kind: try row.text("kind"),
            subject: try row.text("subject"),
            actor: try row.text("actor"),
            body: try row.text("body")
        )
    }
}
