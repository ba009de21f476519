/// The parts of the international numbering plan (ITU-T E.164) that tell a phone number from another number.
enum NumberingPlan {
    /// The lengths of national numbers under a country code, or nil when the code is not assigned.
    static func nationalLengths(_ code: Int) -> ClosedRange<Int>? {
        guard assigned.contains(code) else { return nil }
        return lengths[code] ?? 5...(15 - String(code).count)
    }

    /// The country code that digits begin with: no code is the beginning of another.
    static func countryCode(of digits: [UInt8]) -> Int? {
        var code = 0
        for digit in digits.prefix(3) {
            code = code * 10 + Int(digit - 0x30)
            if assigned.contains(code) { return code }
        }
        return nil
    }

    /// Whether digits are a mobile number with its country code and without '+', as network logs write them (MSISDN). Only
    /// countries whose mobile numbers have one length and known first digits.
    static func isMobile(_ digits: [UInt8]) -> Bool {
        guard let code = countryCode(of: digits), let pattern = mobiles[code] else { return false }
        let national = digits.dropFirst(String(code).count)
        guard national.count == pattern.length, let first = national.first else { return false }
        return pattern.first.utf8.contains(first)
    }

    private static let assigned: Set<Int> = {
        var codes: Set<Int> = [
            1, 7, 20, 27, 36, 39, 40, 41, 81, 82, 84, 86, 98, 211, 212, 213, 216, 218, 290, 291, 297, 298, 299, 380,
            381,
            382, 383, 385, 386, 387, 389, 420, 421, 423, 800, 808, 850, 852, 853, 855, 856, 870, 878, 880, 881, 882,
            883,
            886, 888, 998,
        ]
        let ranges: [ClosedRange<Int>] = [
            30...34, 43...49, 51...58, 60...66, 90...95, 220...258, 260...269, 350...359, 370...378, 500...509,
            590...599,
            670...692, 960...968, 970...977, 992...996,
        ]
        for range in ranges { codes.formUnion(range) }
        return codes
    }()

    private static let lengths: [Int: ClosedRange<Int>] = [
        1: 10...10, 7: 10...10, 20: 8...10, 27: 9...9, 30: 10...10, 31: 9...9, 32: 8...9, 33: 9...9, 34: 9...9,
        36: 8...9,
        39: 6...11, 40: 9...9, 41: 9...9, 43: 6...13, 44: 9...10, 45: 8...8, 46: 7...9, 47: 8...8, 48: 9...9,
        49: 6...11,
        51: 8...9, 52: 10...11, 54: 10...11, 55: 10...11, 56: 9...9, 57: 10...10, 60: 8...10, 61: 9...9, 62: 8...12,
        63: 10...10, 64: 8...10, 65: 8...8, 66: 8...9, 81: 9...10, 82: 8...10, 84: 9...10, 86: 10...11, 90: 10...10,
        91: 10...10, 92: 9...10, 93: 9...9, 94: 9...9, 98: 10...10, 212: 9...9, 213: 8...9, 216: 8...8, 220: 7...7,
        221: 9...9, 225: 8...10, 233: 9...9, 234: 8...10, 237: 8...9, 243: 9...9, 244: 9...9, 250: 9...9, 251: 9...9,
        254: 9...9, 255: 9...9, 256: 9...9, 258: 8...9, 260: 9...9, 263: 9...9, 265: 7...9, 351: 9...9, 353: 7...9,
        420: 9...9, 966: 8...9, 971: 8...9, 972: 8...9, 977: 8...10,
    ]

    private static let mobiles: [Int: (length: Int, first: String)] = [
        1: (10, "23456789"), 20: (10, "1"), 27: (9, "678"), 33: (9, "67"), 34: (9, "67"), 41: (9, "7"), 44: (10, "7"),
        91: (10, "6789"), 212: (9, "67"), 221: (9, "7"), 233: (9, "25"), 234: (10, "789"), 237: (9, "6"),
        243: (9, "89"),
        250: (9, "7"), 251: (9, "79"), 254: (9, "17"), 255: (9, "67"), 256: (9, "7"), 258: (9, "8"), 260: (9, "79"),
        263: (9, "7"), 351: (9, "9"), 966: (9, "5"), 971: (9, "5"),
    ]
}
