import Foundation
import Primitives

/// Cuts the text of a condition into words and signs.
struct ConditionScanner {
    /// A word or sign.
    enum Token: Hashable {
        case word(String)
        case text(String)
        case number(JSONValue)
        /// One of `( ) [ ] , .` or a comparison.
        case sign(String)
        case end
    }

    private let characters: [Character]
    private(set) var offset = 0

    init(_ source: String) {
        characters = Array(source)
    }

    /// The next token and where it begins.
    mutating func next() throws(ConditionProblem) -> (token: Token, offset: Int) {
        while offset < characters.count, characters[offset].isWhitespace { offset += 1 }
        let start = offset
        guard start < characters.count else { return (.end, start) }
        let first = characters[start]
        switch first {
        case "'", "\"": return (.text(try quoted(first)), start)
        case "(", ")", "[", "]", ",", ".":
            offset += 1
            return (.sign(String(first)), start)
        case "=", "!", "<", ">": return (.sign(try comparison()), start)
        case "-", "0"..."9": return (.number(try number()), start)
        case _ where first == "_" || first.isASCII && first.isLetter: return (.word(word()), start)
        case "$":
            throw ConditionProblem(
                "A condition names things without '${}'.",
                nextStep: "Write params.NAME, inputs.NAME or tasks.NAME.state.",
                at: start
            )
        default:
            throw ConditionProblem(
                "'\(first)' is no part of a condition.",
                nextStep: "Texts stand between quotes; 'and', 'or' and 'not' are words.",
                at: start
            )
        }
    }

    private mutating func quoted(_ quote: Character) throws(ConditionProblem) -> String {
        let start = offset
        offset += 1
        var text = ""
        while offset < characters.count, characters[offset] != quote {
            if characters[offset] == "\\", offset + 1 < characters.count { offset += 1 }
            text.append(characters[offset])
            offset += 1
        }
        guard offset < characters.count else {
            throw ConditionProblem("The text that begins here has no end.", nextStep: "Add \(quote).", at: start)
        }
        offset += 1
        return text
    }

    private mutating func comparison() throws(ConditionProblem) -> String {
        let start = offset
        var sign = String(characters[offset])
        offset += 1
        if offset < characters.count, characters[offset] == "=" {
            sign += "="
            offset += 1
        }
        guard ConditionExpression.Comparison(rawValue: sign) != nil else {
            throw ConditionProblem(
                "'\(sign)' is no comparison.",
                nextStep: sign == "=" ? "Write '=='." : "Write '!=', or 'not' before the condition.",
                at: start
            )
        }
        return sign
    }

    private mutating func number() throws(ConditionProblem) -> JSONValue {
        let start = offset
        var text = ""
        while offset < characters.count, characters[offset].isASCII,
            characters[offset].isNumber || "+-.eE".contains(characters[offset])
        {
            text.append(characters[offset])
            offset += 1
        }
        if let value = Int64(text) { return .integer(value) }
        if let value = Double(text), value.isFinite { return .number(value) }
        throw ConditionProblem("'\(text)' is no number.", nextStep: "Put texts between quotes.", at: start)
    }

    /// Letters, digits, `_` and `-`, which is no operator here.
    private mutating func word() -> String {
        var text = ""
        while offset < characters.count, characters[offset].isASCII,
            characters[offset].isLetter || characters[offset].isNumber || "_-".contains(characters[offset])
        {
            text.append(characters[offset])
            offset += 1
        }
        return text
    }
}
