import Foundation

/// A whole number of the MLflow protocol: protobuf's JSON allows `5`, `"5"` and `5.0`.
package struct MLflowInteger: Decodable, Sendable, Hashable {
    /// The number.
    package let value: Int64

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let value = try? container.decode(Int64.self) {
            self.value = value
        } else if let real = try? container.decode(Double.self), let value = Int64(exactly: real) {
            self.value = value
        } else if let value = Int64(try container.decode(String.self)) {
            self.value = value
        } else {
            throw DecodingError.typeMismatch(
                Int64.self,
                DecodingError.Context(codingPath: decoder.codingPath, debugDescription: "not a whole number")
            )
        }
    }
}

/// A number of the MLflow protocol: protobuf's JSON allows `0.5`, `"0.5"`, `"NaN"`, `"Infinity"` and `"-Infinity"`.
package struct MLflowReal: Decodable, Sendable, Hashable {
    /// The number.
    package let value: Double

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let value = try? container.decode(Double.self) {
            self.value = value
            return
        }
        switch try container.decode(String.self) {
        case "NaN": value = .nan
        case "Infinity": value = .infinity
        case "-Infinity": value = -.infinity
        case let text:
            guard let value = Double(text), value.isFinite else {
                throw DecodingError.typeMismatch(
                    Double.self,
                    DecodingError.Context(codingPath: decoder.codingPath, debugDescription: "not a number")
                )
            }
            self.value = value
        }
    }
}
