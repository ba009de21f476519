import Foundation
import Primitives

/// The text of a task's `run:`, with references. `${params.x}`, `${inputs.x}` and `${outputs.x}` are ours and are
/// replaced by shell-quoted text; every other `$…` is the shell's.
package struct CommandTemplate: Sendable, Hashable {
    /// What a reference points at.
    package enum Scope: String, Sendable, CaseIterable {
        case params
        case inputs
        case outputs
        /// What a mapped task is executed for: `item`, `item.KEY`, `index`, `key`.
        case map
    }

    /// A piece of the text.
    package enum Piece: Sendable, Hashable {
        case text(String)
        case reference(Scope, String)
        /// `${scope.name}` with a scope that is none of ours; never valid, since the shell has no such form either.
        case unknown(scope: String, name: String)
    }

    /// The text as written; part of a task's identity.
    package let source: String
    /// The text in pieces.
    package let pieces: [Piece]

    /// Cuts a text into pieces; never fails.
    package init(_ source: String) {
        self.source = source
        pieces = Self.cut(source)
    }

    /// Names used in one scope, once each, sorted.
    package func names(in wanted: Scope) -> [String] {
        Set(
            pieces.compactMap { piece in
                if case .reference(let scope, let name) = piece, scope == wanted { name } else { nil }
            }
        ).sorted()
    }

    /// The command for the shell.
    ///
    /// Inputs and outputs are written relative to the work folder, so that no path of one run gets into its outputs.
    ///
    /// - Parameter item: of an instance of a mapped task.
    package func render(parameters: [String: JSONValue], item: MapItem? = nil) -> String {
        pieces.map { piece in
            switch piece {
            case .text(let text): text
            case .reference(.params, let name): Self.quote(parameters[name]?.commandText ?? "")
            case .reference(.inputs, let name): "inputs/\(name)"
            case .reference(.outputs, let name): "outputs/\(name)"
            case .reference(.map, let name): Self.quote(item?.value(name)?.commandText ?? "")
            case .unknown(let scope, let name): "${\(scope).\(name)}"
            }
        }.joined()
    }

    /// A text as one word of the POSIX shell (XCU 2.2.2).
    package static func quote(_ text: String) -> String {
        let plain = text.utf8.allSatisfy { byte in
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                || "_-.,/:=@%+".utf8.contains(byte)
        }
        return plain && !text.isEmpty ? text : "'" + text.replacingOccurrences(of: "'", with: "'\\''") + "'"
    }

    private static func cut(_ source: String) -> [Piece] {
        var pieces: [Piece] = []
        var rest = source[...]
        while let open = rest.range(of: "${") {
            guard let close = rest[open.upperBound...].firstIndex(of: "}") else { break }
            let inside = rest[open.upperBound..<close]
            let after = rest.index(after: close)
            guard let dot = inside.firstIndex(of: "."), inside[..<dot].allSatisfy({ $0.isLetter || $0 == "_" }),
                dot > inside.startIndex
            else {
                pieces.append(.text(String(rest[..<after])))
                rest = rest[after...]
                continue
            }
            let scope = String(inside[..<dot]), name = String(inside[inside.index(after: dot)...])
            if open.lowerBound > rest.startIndex { pieces.append(.text(String(rest[..<open.lowerBound]))) }
            pieces.append(Scope(rawValue: scope).map { .reference($0, name) } ?? .unknown(scope: scope, name: name))
            rest = rest[after...]
        }
        if !rest.isEmpty { pieces.append(.text(String(rest))) }
        return pieces
    }
}
