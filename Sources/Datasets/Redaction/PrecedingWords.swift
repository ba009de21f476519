/// The words before a place in text, nearest first: what a number is often stands just before it.
struct PrecedingWords {
    /// Lower-case words, nearest first, at most four, from the 40 bytes before the place, none beyond a digit.
    let words: [String]

    /// The nearest word.
    var nearest: String? { words.first }

    init(_ text: [UInt8], before place: Int) {
        var words: [String] = []
        var word: [UInt8] = []
        var index = place - 1
        func close() {
            if !word.isEmpty { words.append(String(decoding: word.reversed(), as: UTF8.self).lowercased()) }
            word = []
        }
        while index >= max(0, place - 40), words.count < 4 {
            let byte = text[index]
            if byte.isDigit || byte == 0x01 { break }
            if byte.isLetter || byte >= 0x80 {
                word.append(byte)
            } else {
                close()
            }
            index -= 1
        }
        close()
        self.words = words
    }
}
