import Primitives
import Yams

/// One thing wrong with a definition, and where.
package struct DefinitionProblem: Sendable, Hashable, Error {
    /// The stable code.
    package let code: ErrorCode
    /// What is wrong, without the place.
    package let message: String
    /// What to do.
    package let nextStep: String
    /// From 1.
    package let line: Int
    /// From 1.
    package let column: Int

    /// Makes a problem.
    package init(_ code: ErrorCode, _ message: String, nextStep: String = "", line: Int, column: Int) {
        self.code = code
        self.message = message
        self.nextStep = nextStep
        self.line = line
        self.column = column
    }

    init(_ code: ErrorCode, _ message: String, nextStep: String = "", at node: Node) {
        self.init(code, message, nextStep: nextStep, line: node.mark?.line ?? 1, column: node.mark?.column ?? 1)
    }

    /// The problem as the platform's error: the message names the place, the context carries it.
    package var error: PlatformError {
        PlatformError(
            code,
            "Line \(line), column \(column): \(message)",
            nextStep: nextStep,
            context: ["line": String(line), "column": String(column)]
        )
    }
}

extension DefinitionProblem {
    /// What the YAML parser says, with its place.
    init(_ error: any Error) {
        switch error as? YamlError {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            self.init(
                .pipelineSyntax,
                "The file is not YAML here: \(problem).",
                nextStep: "Check quotes, brackets and indentation.",
                line: mark.line,
                column: mark.column
            )
        case .duplicatedKeysInMapping(let names, let context):
            self.init(
                .pipelineDuplicateName,
                "The key \(Set(names).sorted().map { "'\($0)'" }.joined(separator: ", ")) is there twice.",
                nextStep: "Rename or remove one.",
                line: context.mark.line,
                column: context.mark.column
            )
        default:
            self.init(
                .pipelineSyntax,
                "The file is not YAML: \(error).",
                nextStep: "Write UTF-8 text without control characters.",
                line: 1,
                column: 1
            )
        }
    }
}
