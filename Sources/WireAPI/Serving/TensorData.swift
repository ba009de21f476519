import Foundation
import Primitives

/// The `data` of a tensor in JSON: elements of one kind, flat here, flat or nested on the wire.
package enum TensorData: Sendable, Equatable {
    case integers([Int64])
    /// UINT64 beyond the signed range.
    case unsigned([UInt64])
    case numbers([Double])
    case bools([Bool])
    case strings([String])

    /// The number of elements.
    package var count: Int {
        switch self {
        case .integers(let values): values.count
        case .unsigned(let values): values.count
        case .numbers(let values): values.count
        case .bools(let values): values.count
        case .strings(let values): values.count
        }
    }
}

extension TensorData: Codable {
    package init(from decoder: any Decoder) throws {
        if let flat = try Nested<Int64>.flatten(decoder) {
            self = .integers(flat)
        } else if let flat = try Nested<UInt64>.flatten(decoder) {
            self = .unsigned(flat)
        } else if let flat = try Nested<Double>.flatten(decoder) {
            self = .numbers(flat)
        } else if let flat = try Nested<String>.flatten(decoder) {
            self = .strings(flat)
        } else if let flat = try Nested<Bool>.flatten(decoder) {
            self = .bools(flat)
        } else {
            throw DecodingError.dataCorrupted(
                .init(
                    codingPath: decoder.codingPath,
                    debugDescription: "a tensor's data is an array of numbers, strings or Booleans of one kind"
                )
            )
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .integers(let values): try container.encode(values)
        case .unsigned(let values): try container.encode(values)
        case .numbers(let values): try container.encode(values)
        case .bools(let values): try container.encode(values)
        case .strings(let values): try container.encode(values)
        }
    }

    /// Arrays in arrays whose leaves are all of one type.
    private enum Nested<Element: Decodable>: Decodable {
        case leaf(Element)
        case array([Nested])

        /// The deepest nesting; ranks above it do not occur.
        static var maximumDepth: Int { 16 }

        init(from decoder: any Decoder) throws {
            if decoder.codingPath.count > 64 {
                throw DecodingError.dataCorrupted(
                    .init(codingPath: [], debugDescription: "a tensor is nested too deep")
                )
            }
            if let value = try? decoder.singleValueContainer().decode(Element.self) {
                self = .leaf(value)
            } else {
                self = .array(try [Nested](from: decoder))
            }
        }

        /// The leaves in order; nil when a leaf is of another type.
        static func flatten(_ decoder: any Decoder) throws -> [Element]? {
            // The common case, a flat array, needs no tree.
            if let flat = try? [Element](from: decoder) { return flat }
            guard let nested = try? [Nested](from: decoder) else { return nil }
            var out: [Element] = []
            func walk(_ items: [Nested], depth: Int) -> Bool {
                depth <= maximumDepth
                    && items.allSatisfy { item in
                        switch item {
                        case .leaf(let value):
                            out.append(value)
                            return true
                        case .array(let inner): return walk(inner, depth: depth + 1)
                        }
                    }
            }
            return walk(nested, depth: 1) ? out : nil
        }
    }
}
