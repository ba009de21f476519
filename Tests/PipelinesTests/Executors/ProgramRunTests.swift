import Foundation
import Primitives
import Testing

@testable import Pipelines

@Suite struct ProgramRunTests {
    private static let environment = ["PATH": "/usr/bin:/bin", "COLOUR": "blue"]

    private static func shell(_ command: String, limit: Duration = .seconds(20)) async throws -> ProgramRun.Result {
        try await ProgramRun(
            program: "sh",
            arguments: ["-c", command],
            environment: environment,
            input: Data("from outside".utf8),
            limit: limit
        ).result()
    }

    @Test func `a program gets its input and environment, and leaves output, errors and status`() async throws {
        let result = try await Self.shell("cat; echo \" $COLOUR\"; echo bad >&2; exit 7")
        #expect(String(decoding: result.output, as: UTF8.self) == "from outside blue\n")
        #expect((result.errors, result.status, result.timedOut) == ("bad\n", 7, false))
    }

    @Test func `a signal is a status above 128`() async throws {
        #expect(try await Self.shell("kill -9 $$").status == 137)
    }

    @Test func `a program past its limit is killed with its group`() async throws {
        let start = ContinuousClock.now
        let result = try await Self.shell("sleep 300 & sleep 300", limit: .milliseconds(200))
        #expect(result.timedOut)
        #expect(start.duration(to: .now) < .seconds(200))
    }

    @Test func `a program that is not there is an executor that does not answer`() async {
        let run = ProgramRun(program: "no-such-program", arguments: [], environment: Self.environment)
        await #expect { try await run.result() } throws: { ($0 as? PlatformError)?.code == .executorUnavailable }
    }
}
