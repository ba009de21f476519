import Primitives

/// One word of a query (GraphQL §2.1).
enum GraphQLToken: Sendable, Equatable {
    case name(String)
    case integer(Int64)
    case real(Double)
    case text(String)
    case mark(Character)
    case spread
}

/// Cuts a query into tokens; white space, commas and comments mean nothing.
struct GraphQLLexer {
    private let scalars: [Unicode.Scalar]
    private var index = 0

    /// - Throws: `INVALID_PARAMETER_VALUE`.
    static func tokens(of text: String) throws -> [GraphQLToken] {
        var lexer = GraphQLLexer(scalars: Array(text.unicodeScalars))
        var tokens: [GraphQLToken] = []
        while let token = try lexer.next() { tokens.append(token) }
        return tokens
    }

    private init(scalars: [Unicode.Scalar]) { self.scalars = scalars }

    private func peek(_ ahead: Int = 0) -> Unicode.Scalar? {
        index + ahead < scalars.count ? scalars[index + ahead] : nil
    }

    private mutating func next() throws -> GraphQLToken? {
        while let scalar = peek() {
            if scalar == "#" {
                while let inner = peek(), inner != "\n", inner != "\r" { index += 1 }
            } else if scalar == "," || scalar == "\u{FEFF}" || scalar.properties.isWhitespace {
                index += 1
            } else {
                break
            }
        }
        guard let scalar = peek() else { return nil }
        if Self.startsName(scalar) { return .name(take { Self.startsName($0) || ("0"..."9").contains($0) }) }
        if scalar == "-" || ("0"..."9").contains(scalar) { return try number() }
        if scalar == "\"" { return .text(try text()) }
        if scalar == ".", peek(1) == ".", peek(2) == "." {
            index += 3
            return .spread
        }
        guard "!$&()=:@[]{|}".unicodeScalars.contains(scalar) else { throw invalid() }
        index += 1
        return .mark(Character(scalar))
    }

    private static func startsName(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "_" || ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
    }

    private mutating func take(_ fits: (Unicode.Scalar) -> Bool) -> String {
        let start = index
        while let scalar = peek(), fits(scalar) { index += 1 }
        return String(String.UnicodeScalarView(scalars[start..<index]))
    }

    private mutating func number() throws -> GraphQLToken {
        let text = take { ("0"..."9").contains($0) || "+-.eE".unicodeScalars.contains($0) }
        if let value = Int64(text) { return .integer(value) }
        guard let value = Double(text), value.isFinite else { throw invalid() }
        return .real(value)
    }

    private mutating func text() throws -> String {
        if peek(1) == "\"", peek(2) == "\"" { return try block() }
        index += 1
        var out = String.UnicodeScalarView()
        while let scalar = peek(), scalar != "\n" {
            index += 1
            if scalar == "\"" { return String(out) }
            out.append(scalar == "\\" ? try escaped() : scalar)
        }
        throw PlatformError.mlflowInvalid("Syntax Error: Unterminated string.")
    }

    private mutating func block() throws -> String {
        index += 3
        let start = index
        while index < scalars.count {
            if peek() == "\"", peek(1) == "\"", peek(2) == "\"" {
                defer { index += 3 }
                return String(String.UnicodeScalarView(scalars[start..<index]))
            }
            index += 1
        }
        throw PlatformError.mlflowInvalid("Syntax Error: Unterminated string.")
    }

    private mutating func escaped() throws -> Unicode.Scalar {
        guard let scalar = peek() else { throw invalid() }
        index += 1
        switch scalar {
        case "\"", "\\", "/": return scalar
        case "b": return "\u{8}"
        case "f": return "\u{C}"
        case "n": return "\n"
        case "r": return "\r"
        case "t": return "\t"
        case "u":
            guard index + 4 <= scalars.count,
                let code = UInt32(String(String.UnicodeScalarView(scalars[index..<(index + 4)])), radix: 16),
                let value = Unicode.Scalar(code)
            else { throw invalid() }
            index += 4
            return value
        default: throw invalid()
        }
    }

    private func invalid() -> PlatformError {
        let found = peek().map { "'\(Character($0))'" } ?? "<EOF>"
        return PlatformError.mlflowInvalid("Syntax Error: Unexpected character: \(found).")
    }
}
