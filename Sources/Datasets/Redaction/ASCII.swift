extension UInt8 {
    /// 0 to 9.
    var isDigit: Bool { (0x30...0x39).contains(self) }
    /// A to Z, a to z.
    var isLetter: Bool { (0x41...0x5A).contains(self) || (0x61...0x7A).contains(self) }
    /// A letter or digit.
    var isAlphanumeric: Bool { isDigit || isLetter }
    /// A digit of base 16.
    var isHex: Bool { isDigit || (0x41...0x46).contains(self) || (0x61...0x66).contains(self) }
}

extension [UInt8] {
    /// The byte at an index, or 0 outside: bounds of words need no special case at the ends of the text.
    func at(_ index: Int) -> UInt8 { indices.contains(index) ? self[index] : 0 }
}
