import Primitives

/// A number as it is written: ±mantissa · 10^exponent.
struct ScannedNumber {
    /// Where its text lies.
    var text: Range<Int>
    var isNegative = false
    /// The digits; of more than 64 bits hold the first 19 only.
    var mantissa: UInt64 = 0
    var exponent = 0
    /// Whether every digit is in the mantissa.
    var isExact = true

    /// The whole number, when it is one that fits. `3.0` and `3e2` count, as they do for JSON.
    func integer<Element: FixedWidthInteger>(_: Element.Type) -> Element? {
        guard isExact else { return nil }
        var value = mantissa
        var power = exponent
        if value == 0 { power = 0 }
        while power < 0 {
            guard value.isMultiple(of: 10) else { return nil }
            value /= 10
            power += 1
        }
        while power > 0 {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            if overflow { return nil }
            value = product
            power -= 1
        }
        guard isNegative else { return Element(exactly: value) }
        if value == UInt64(Int64.max) + 1 { return Element(exactly: Int64.min) }
        return Int64(exactly: value).flatMap { Element(exactly: -$0) }
    }
}

extension InferenceScanner {
    /// Reads a number (RFC 8259 §6).
    mutating func number() throws -> ScannedNumber {
        var first = try peek()
        var number = ScannedNumber(text: position..<position)
        var digits = 0
        if first == UInt8(ascii: "-") {
            number.isNegative = true
            position += 1
            first = position < bytes.count ? bytes[position] : 0
        }
        guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else { throw invalid("a value is missing") }
        let integral = position
        scanDigits(&number, &digits, isFraction: false)
        if first == UInt8(ascii: "0"), position - integral > 1 { throw invalid("a number begins with 0") }
        if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
            position += 1
            let fraction = position
            scanDigits(&number, &digits, isFraction: true)
            guard position > fraction else { throw invalid("a number has no digit after its point") }
        }
        if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") { try scanExponent(&number) }
        number.text = number.text.lowerBound..<position
        return number
    }

    private mutating func scanDigits(_ number: inout ScannedNumber, _ digits: inout Int, isFraction: Bool) {
        while position < bytes.count {
            let digit = bytes[position] &- UInt8(ascii: "0")
            guard digit < 10 else { return }
            position += 1
            if digits < 19 {
                number.mantissa = number.mantissa &* 10 &+ UInt64(digit)
                if number.mantissa > 0 { digits += 1 }
                if isFraction { number.exponent -= 1 }
            } else if case let (tens, isOver) = number.mantissa.multipliedReportingOverflow(by: 10), !isOver,
                case let (sum, isOver) = tens.addingReportingOverflow(UInt64(digit)), !isOver, number.isExact
            {
                number.mantissa = sum
                if isFraction { number.exponent -= 1 }
            } else {
                if digit > 0 { number.isExact = false }
                if !isFraction { number.exponent += 1 }
            }
        }
    }

    private mutating func scanExponent(_ number: inout ScannedNumber) throws {
        position += 1
        var isNegative = false
        if position < bytes.count, bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-") {
            isNegative = bytes[position] == UInt8(ascii: "-")
            position += 1
        }
        let start = position
        var exponent = 0
        while position < bytes.count, case let digit = bytes[position] &- UInt8(ascii: "0"), digit < 10 {
            // Beyond this every double is 0 or infinite; the bound keeps the sum from overflowing.
            if exponent < 100_000 { exponent = exponent * 10 + Int(digit) }
            position += 1
        }
        guard position > start else { throw invalid("a number has no digit in its exponent") }
        number.exponent += isNegative ? -exponent : exponent
    }

    private static let powers: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22,
    ]

    private func text(_ number: ScannedNumber) -> String { String(decoding: bytes[number.text], as: UTF8.self) }

    /// The nearest double.
    ///
    /// Up to 2^53 and 10^±22 one multiplication or division is exact (Clinger 1990); the rest goes through the library.
    ///
    /// - Throws: `invalid_json` for a number beyond the range of doubles.
    func double(_ number: ScannedNumber) throws -> Double {
        if number.isExact, number.mantissa <= 1 << 53, abs(number.exponent) <= 22 {
            let digits = Double(number.mantissa)
            let power = Self.powers[abs(number.exponent)]
            let value = number.exponent < 0 ? digits / power : digits * power
            return number.isNegative ? -value : value
        }
        guard let value = Double(text(number)), value.isFinite else { throw invalid("a number is too large") }
        return value
    }

    /// The nearest float: the nearest double rounded, except where that double lies halfway between two floats or the
    /// float would be subnormal, and rounding twice could err.
    func float(_ number: ScannedNumber) throws -> Float {
        let wide = try double(number)
        let isHalfway = wide.significandBitPattern & 0x1FFF_FFFF == 0x1000_0000
        if isHalfway || (wide != 0 && abs(wide) < Double(Float.leastNormalMagnitude)) {
            return Float(text(number)) ?? Float(wide)
        }
        return Float(wide)
    }
}
