/// The first look at a text: most rows hold nothing to redact and cost one pass over their bytes.
enum RedactionPrefilter {
    /// Whether the text has an at sign, a colon, or a digit of any script that `FoldedText` knows.
    static func mayMatch(_ text: [UInt8]) -> Bool {
        text.withUnsafeBufferPointer { bytes in
            for (index, byte) in bytes.enumerated() {
                switch byte {
                case 0x30...0x3A, 0x40: return true
                case 0xD9, 0xDB, 0xE0, 0xEF:
                    if FoldedText.fold(bytes, at: index) != nil { return true }
                default: continue
                }
            }
            return false
        }
    }

    /// Which recognisers are worth running on a folded text.
    struct Signs {
        private var atSigns = 0
        private var digits = 0
        private var colons = 0
        private var dots = 0

        init(_ bytes: [UInt8]) {
            for byte in bytes {
                switch byte {
                case 0x30...0x39: digits += 1
                case 0x40: atSigns += 1
                case 0x3A: colons += 1
                case 0x2E: dots += 1
                default: continue
                }
            }
        }

        /// An address needs an at sign and a dot.
        var mayHoldEmail: Bool { atSigns > 0 && dots > 0 }
        /// IPv4 has three dots and four digits, IPv6 two colons and a digit.
        var mayHoldAddress: Bool { (dots >= 3 && digits >= 4) || (colons >= 2 && digits >= 1) }
        /// The shortest phone number that the rules take has seven digits.
        var mayHoldPhone: Bool { digits >= 7 }
    }
}
