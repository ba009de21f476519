import Foundation

extension ParquetColumn {
    /// The characters shown of a value; a page shows fewer.
    private static let maximumText = 400

    /// A stored value as a page writes it.
    func text(_ raw: ArraySlice<UInt8>) -> String {
        switch physical {
        case .boolean: return raw.first == 1 ? "true" : "false"
        case .int32: return text(Int64(Int32(truncatingIfNeeded: Self.little(raw))), bits: 32)
        case .int64: return text(Int64(bitPattern: Self.little(raw)), bits: 64)
        case .int96:
            // Nanoseconds of the day and the Julian day: what Impala and old Spark write.
            let day = Int64(Self.little(raw.suffix(4))) - 2_440_588
            return Self.date(day) + " " + Self.clock(Int64(bitPattern: Self.little(raw.prefix(8))), 1_000_000_000)
        case .float: return Float(bitPattern: UInt32(truncatingIfNeeded: Self.little(raw))).description
        case .double: return Double(bitPattern: Self.little(raw)).description
        case .bytes, .fixed: return blob(raw)
        }
    }

    private func text(_ value: Int64, bits: Int) -> String {
        switch meaning {
        case .date: return Self.date(value)
        case .time(let units): return Self.clock(value, units)
        case .moment(let units):
            let seconds = value.floored(by: units), day = seconds.floored(by: 86_400)
            return Self.date(day) + " " + Self.clock(value - day * 86_400 * units, units)
        case .decimal(let scale): return Self.decimal(value < 0, String(value.magnitude), scale)
        case .unsigned: return bits == 32 ? "\(UInt32(truncatingIfNeeded: value))" : "\(UInt64(bitPattern: value))"
        default: return "\(value)"
        }
    }

    private func blob(_ raw: ArraySlice<UInt8>) -> String {
        switch meaning {
        case .uuid where raw.count == 16:
            let digits = Self.hexadecimal(raw)
            var text = "", index = digits.startIndex
            for count in [8, 4, 4, 4, 12] {
                let next = digits.index(index, offsetBy: count)
                text += (text.isEmpty ? "" : "-") + digits[index..<next]
                index = next
            }
            return text
        case .decimal(let scale) where raw.count <= 8 && !raw.isEmpty:
            let filler: UInt64 = (raw.first ?? 0) & 0x80 == 0 ? 0 : .max
            let value = Int64(bitPattern: raw.reduce(filler) { $0 << 8 | UInt64($1) })
            return Self.decimal(value < 0, String(value.magnitude), scale)
        case .decimal(let scale) where raw.count <= 16:
            return Self.decimal(wide: raw, scale)
        default:
            if let text = String(validating: raw.prefix(Self.maximumText * 4), as: UTF8.self),
                !text.utf8.contains(where: { $0 < 32 && ![9, 10, 13].contains($0) })
            {
                return String(text.prefix(Self.maximumText))
            }
            if meaning == .text { return String(decoding: raw.prefix(Self.maximumText * 4), as: UTF8.self) }
            return "0x" + Self.hexadecimal(raw.prefix(32)) + (raw.count > 32 ? "…" : "")
        }
    }

    private static func hexadecimal(_ raw: ArraySlice<UInt8>) -> String {
        raw.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private static func little(_ raw: ArraySlice<UInt8>) -> UInt64 {
        raw.prefix(8).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    private static func decimal(wide raw: ArraySlice<UInt8>, _ scale: Int) -> String {
        let isNegative = (raw.first ?? 0) & 0x80 != 0
        var magnitude: UInt128 = isNegative ? .max : 0
        for byte in raw { magnitude = magnitude << 8 | UInt128(byte) }
        if isNegative { magnitude = ~magnitude &+ 1 }
        return decimal(isNegative, String(magnitude), scale)
    }

    private static func decimal(_ isNegative: Bool, _ digits: String, _ scale: Int) -> String {
        let sign = isNegative ? "-" : ""
        guard (1...100).contains(scale) else { return sign + digits }
        let padded = String(repeating: "0", count: max(0, scale + 1 - digits.count)) + digits
        return sign + padded.dropLast(scale) + "." + padded.suffix(scale)
    }

    /// A day since 1970-01-01 in the Gregorian calendar (H. Hinnant, "chrono-compatible low-level date algorithms").
    private static func date(_ day: Int64) -> String {
        guard abs(day) < 400_000_000 else { return "day \(day)" }
        let shifted = day + 719_468
        let era = shifted.floored(by: 146_097)
        let ofEra = shifted - era * 146_097
        let yearOfEra = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365
        let ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * ofYear + 2) / 153
        let number = month < 10 ? month + 3 : month - 9
        let year = yearOfEra + era * 400 + (number <= 2 ? 1 : 0)
        return "\(year)-\(two(number))-\(two(ofYear - (153 * month + 2) / 5 + 1))"
    }

    private static func clock(_ value: Int64, _ units: Int64) -> String {
        guard (0..<86_400 * units).contains(value) else { return "\(value)" }
        let seconds = value / units
        let text = "\(two(seconds / 3600)):\(two(seconds / 60 % 60)):\(two(seconds % 60))"
        let rest = value % units
        if rest == 0 { return text }
        let digits = String(units + rest).dropFirst()
        return text + "." + String(digits.reversed().drop { $0 == "0" }.reversed())
    }

    private static func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
}

extension Int64 {
    /// The quotient rounded down.
    fileprivate func floored(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
