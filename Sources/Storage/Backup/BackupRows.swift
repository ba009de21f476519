import Foundation
import Primitives

/// Rows as a backup holds them: each value is a byte of kind and its bytes, numbers with the most significant byte first,
/// text and bytes after their length in 4 bytes. The same rows give the same bytes on both engines.
enum BackupRows {
    /// Appends a row whose columns stand in the order of the table.
    static func append(_ row: SQLRow, to data: inout Data) {
        for value in row.values { append(value, to: &data) }
    }

    /// - Throws: `backup_corrupt`.
    static func decode(_ data: Data, columns: Int) throws -> [[SQLValue]] {
        var rows: [[SQLValue]] = []
        let bytes = [UInt8](data)
        var place = 0
        func take(_ count: Int) throws -> ArraySlice<UInt8> {
            guard count >= 0, place + count <= bytes.count else { throw BackupSource.corrupt("a row ends early") }
            defer { place += count }
            return bytes[place..<place + count]
        }
        func word(_ count: Int) throws -> UInt64 { try take(count).reduce(0) { $0 << 8 | UInt64($1) } }
        while place < bytes.count {
            var row: [SQLValue] = []
            row.reserveCapacity(columns)
            for _ in 0..<columns {
                switch try take(1).first {
                case 0: row.append(.null)
                case 1: row.append(.integer(Int64(bitPattern: try word(8))))
                case 2: row.append(.real(Double(bitPattern: try word(8))))
                case 3: row.append(.text(String(decoding: try take(Int(word(4))), as: UTF8.self)))
                case 4: row.append(.blob(Data(try take(Int(word(4))))))
                default: throw BackupSource.corrupt("a row has a value of an unknown kind")
                }
            }
            rows.append(row)
        }
        return rows
    }

    private static func append(_ value: SQLValue, to data: inout Data) {
        switch value {
        case .null: data.append(0)
        case .integer(let number): append(1, UInt64(bitPattern: number), to: &data)
        case .real(let number): append(2, number.bitPattern, to: &data)
        case .text(let text): append(3, Array(text.utf8), to: &data)
        case .blob(let blob): append(4, [UInt8](blob), to: &data)
        }
    }

    private static func append(_ kind: UInt8, _ word: UInt64, to data: inout Data) {
        data.append(kind)
        withUnsafeBytes(of: word.bigEndian) { data.append(contentsOf: $0) }
    }

    private static func append(_ kind: UInt8, _ bytes: [UInt8], to data: inout Data) {
        data.append(kind)
        withUnsafeBytes(of: UInt32(bytes.count).bigEndian) { data.append(contentsOf: $0) }
        data.append(contentsOf: bytes)
    }
}
