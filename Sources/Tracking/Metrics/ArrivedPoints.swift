import Foundation
import Primitives

/// Points in the form in which they wait: a byte with the format's number, then for each point the length of its key (2
/// bytes), the key in UTF-8, timestamp, step and the value's bits (8 bytes each), least significant byte first.
enum ArrivedPoints {
    private static let format: UInt8 = 1
    private static let fixedBytes = 2 + 3 * 8

    static func encode(_ points: [MetricPoint]) -> Data {
        var data = Data(count: 1 + points.reduce(0) { $0 + fixedBytes + $1.key.utf8.count })
        data.withUnsafeMutableBytes { bytes in
            bytes[0] = format
            var place = 1
            func put<T: FixedWidthInteger>(_ value: T) {
                bytes.storeBytes(of: value.littleEndian, toByteOffset: place, as: T.self)
                place += MemoryLayout<T>.size
            }
            for point in points {
                var key = point.key
                key.withUTF8 { text in
                    put(UInt16(text.count))
                    UnsafeMutableRawBufferPointer(rebasing: bytes[place...]).copyMemory(
                        from: UnsafeRawBufferPointer(text)
                    )
                    place += text.count
                }
                put(point.timestamp)
                put(point.step)
                put(point.value.bitPattern)
            }
        }
        return data
    }

    /// - Throws: `metric_arrival_damaged`.
    static func decode(_ data: Data) throws -> [MetricPoint] {
        let points = data.withUnsafeBytes { bytes -> [MetricPoint]? in
            guard bytes.first == format else { return nil }
            var points: [MetricPoint] = []
            var place = 1
            while place < bytes.count {
                guard place + 2 <= bytes.count else { return nil }
                let length = Int(read(UInt16.self, bytes, place))
                guard place + length + fixedBytes <= bytes.count else { return nil }
                let key = String(decoding: bytes[(place + 2)..<(place + 2 + length)], as: UTF8.self)
                place += 2 + length
                points.append(
                    MetricPoint(
                        key: key,
                        value: Double(bitPattern: read(UInt64.self, bytes, place + 16)),
                        timestamp: read(Int64.self, bytes, place),
                        step: read(Int64.self, bytes, place + 8)
                    )
                )
                place += 24
            }
            return points
        }
        if let points { return points }
        throw PlatformError(
            ErrorCode("metric_arrival_damaged", .dataLoss),
            "Metric points that wait to be sorted into their histories cannot be read (\(data.count) bytes).",
            nextStep: "Run 'aku verify', and restore the database from a backup."
        )
    }

    private static func read<T: FixedWidthInteger>(_: T.Type, _ bytes: UnsafeRawBufferPointer, _ place: Int) -> T {
        T(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: T.self))
    }
}
