import Foundation

/// The page token of MLflow's search calls: base64 of `{"offset": N}`.
package enum OffsetToken {
    /// The token of a position.
    package static func make(_ offset: Int) -> String {
        Data("{\"offset\": \(offset)}".utf8).base64EncodedString()
    }

    /// The position that a token names; 0 without one.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE` for a text that is no token.
    package static func offset(of token: String?) throws -> Int {
        guard let token, !token.isEmpty else { return 0 }
        guard let data = Data(base64Encoded: token) else {
            throw PlatformError.mlflowInvalid("Invalid page token, could not base64-decode")
        }
        guard let value = try? JSONDecoder().decode(JSONValue.self, from: data),
            let offset = value["offset"]?.integerValue,
            offset >= 0, offset < 1 << 40
        else {
            throw PlatformError.mlflowInvalid(
                "Invalid page token, decoded value=\(String(decoding: data.prefix(80), as: UTF8.self))"
            )
        }
        return Int(offset)
    }
}
