import Foundation
import Storage

/// Where this machine keeps what the platform needs; read from options and the environment, once, at the edge.
package enum LocalMachine {
    /// The file of this very program.
    package static var executablePath: String {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
    }

    /// The data folder: the option, AKU_DATA, else `~/.aku`.
    package static func dataFolder(option: String?) -> String {
        option ?? ProcessInfo.processInfo.environment["AKU_DATA"] ?? NSHomeDirectory() + "/.aku"
    }

    /// The PostgreSQL database: the option, AKU_DATABASE, else nil for SQLite. A password is better kept out of the
    /// option, which other users of the machine can see: in AKU_DATABASE, PGPASSWORD or ~/.pgpass.
    ///
    /// - Throws: `database_address_invalid`.
    package static func database(option: String?) throws -> PostgresAddress? {
        try (option ?? ProcessInfo.processInfo.environment["AKU_DATABASE"]).flatMap { text in
            text.isEmpty ? nil : try PostgresAddress(text)
        }
    }

    /// The bucket that keeps objects: the option, AKU_OBJECTS; nil for the data folder.
    ///
    /// - Throws: `invalid_argument` for an address that is none.
    package static func bucket(option: String?) throws -> S3Location? {
        let environment = ProcessInfo.processInfo.environment
        guard let text = option ?? environment["AKU_OBJECTS"], !text.isEmpty else { return nil }
        return try S3Location(text, environment: environment)
    }

    /// The Python interpreter: the option, AKU_PYTHON, `.venv/bin/python` here, else `python3` on the path; nil when
    /// there is none. Symbolic links are kept, since a virtual environment is found by its link.
    package static func python(option: String?) -> String? {
        let environment = ProcessInfo.processInfo.environment
        let here = FileManager.default.currentDirectoryPath
        func absolute(_ path: String) -> String { path.hasPrefix("/") ? path : "\(here)/\(path)" }
        if let named = option ?? environment["AKU_PYTHON"] { return absolute(named) }
        let candidates =
            ["\(here)/.venv/bin/python"]
            + (environment["PATH"] ?? "").split(separator: ":").map { "\($0)/python3" }
        return candidates.first { FileManager.default.isExecutableFile(atPath: $0) }
    }
}
