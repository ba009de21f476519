/// A piece's score as Hugging Face's package reads it: its JSON parser rounds twice, and two ways to cut a word that score
/// almost the same are told apart by the last bit.
enum PieceScore {
    /// The number that a JSON number's text stands for; nil for one without end or out of range.
    static func read(_ text: String) -> Double? {
        var significand: UInt64 = 0
        var exponent = 0
        var isFraction = false, isFull = false
        var bytes = Array(text.utf8)[...]
        let isNegative = bytes.first == UInt8(ascii: "-")
        if isNegative { bytes = bytes.dropFirst() }
        while let byte = bytes.first {
            if byte == UInt8(ascii: ".") {
                isFraction = true
            } else if (48...57).contains(byte) {
                let (tens, over) = significand.multipliedReportingOverflow(by: 10)
                let (sum, carry) = tens.addingReportingOverflow(UInt64(byte - 48))
                isFull = isFull || over || carry
                if !isFull { significand = sum }
                if isFull && !isFraction { exponent += 1 }
                if !isFull && isFraction { exponent -= 1 }
            } else {
                break
            }
            bytes = bytes.dropFirst()
        }
        if let byte = bytes.first {
            guard byte | 0x20 == UInt8(ascii: "e"),
                let written = Int(String(decoding: bytes.dropFirst(), as: UTF8.self)), abs(written) < 10_000
            else { return nil }
            exponent += written
        }
        var value = Double(significand)
        while exponent < -308, value != 0 {
            value /= 1e308
            exponent += 308
        }
        if value != 0 {
            guard exponent <= 308, let power = Double("1e\(abs(exponent))") else { return nil }
            value = exponent < 0 ? value / power : value * power
        }
        return value.isFinite ? (isNegative ? -value : value) : nil
    }
}
