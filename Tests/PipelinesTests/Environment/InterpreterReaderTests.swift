import Foundation
import Primitives
import Storage
import TestSupport
import Testing

@testable import Pipelines

@Suite struct InterpreterReaderTests {
    /// A folder that looks like a virtual environment.
    struct Environment {
        let folder: TemporaryFolder
        var bin: String { folder.path("venv/bin") }
        var site: String { folder.path("venv/lib/python3.11/site-packages") }

        init(_ distributions: [String]) throws {
            folder = try TemporaryFolder()
            for path in [bin, site] + distributions.map({ "\(site)/\($0)" }) {
                try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            }
            try Data("program".utf8).write(to: URL(fileURLWithPath: bin + "/python3.11"))
            try FileManager.default.createSymbolicLink(atPath: bin + "/python", withDestinationPath: "python3.11")
            try write("pyvenv.cfg", "home = /usr/bin\ninclude-system-site-packages = false\nversion = 3.11.7\n")
        }

        func write(_ name: String, _ text: String) throws {
            try Data(text.utf8).write(to: URL(fileURLWithPath: folder.path("venv/\(name)")))
        }
    }

    @Test func `an interpreter is its version, its program and its sorted distributions`() throws {
        let environment = try Environment([
            "torch-2.12.0+cpu.dist-info", "Jinja2-3.1.4.dist-info", "torch", "zope.interface-7.0.egg-info",
        ])
        let found = try #require(InterpreterReader(folder: environment.bin).current())
        #expect(
            found
                == Interpreter(
                    version: "3.11.7",
                    binary: Digest.sha256(of: Data("program".utf8)),
                    packages: ["jinja2==3.1.4", "torch==2.12.0+cpu", "zope-interface==7.0"]
                )
        )
    }

    @Test func `an upgrade, an installation and another program are seen, and nothing else changes it`() throws {
        let environment = try Environment(["torch-2.12.0.dist-info"])
        let reader = InterpreterReader(folder: environment.bin)
        let first = try #require(reader.current())
        #expect(reader.current() == first)
        try FileManager.default.moveItem(
            atPath: environment.site + "/torch-2.12.0.dist-info",
            toPath: environment.site + "/torch-2.13.0.dist-info"
        )
        let upgraded = try #require(reader.current())
        #expect(upgraded.packages == ["torch==2.13.0"])
        #expect(upgraded.components() != first.components())
        let lock = Digest.sha256(of: Data())
        #expect(upgraded.components(lock: lock) == first.components(lock: lock))
        try FileManager.default.createDirectory(
            atPath: environment.site + "/numpy-2.0.dist-info",
            withIntermediateDirectories: false
        )
        #expect(reader.current()?.packages == ["numpy==2.0", "torch==2.13.0"])
        try Data("another program".utf8).write(to: URL(fileURLWithPath: environment.bin + "/python3.11"))
        #expect(reader.current()?.binary == Digest.sha256(of: Data("another program".utf8)))
    }

    @Test func `a folder without Python has no interpreter until there is one`() throws {
        let environment = try Environment([])
        try FileManager.default.removeItem(atPath: environment.bin + "/python3.11")
        let reader = InterpreterReader(folder: environment.bin)
        #expect(reader.current() == nil)
        #expect(InterpreterReader(folder: "").current() == nil)
        try Data("program".utf8).write(to: URL(fileURLWithPath: environment.bin + "/python3.11"))
        #expect(reader.current()?.version == "3.11.7")
    }
}
