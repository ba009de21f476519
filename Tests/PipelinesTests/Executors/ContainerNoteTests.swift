import Testing

@testable import Pipelines

@Suite struct ContainerNoteTests {
    private static let note = ContainerNote(
        AttemptOrder(
            run: "r",
            pipeline: "p",
            task: "t",
            attempt: 1,
            command: "true",
            code: nil,
            inputs: [:],
            outputs: [],
            environment: [:],
            timeoutSeconds: 60
        )
    )

    @Test(arguments: [
        ("2026-03-01T10:00:00.123456789Z", "2026-03-01T10:01:00.05Z", true),
        ("2026-03-01T10:00:00.123456789Z", "2026-03-01T10:00:30Z", false),
        ("2026-03-01T10:00:00+01:00", "2026-03-01T09:01:00.1Z", true),
        ("0001-01-01T00:00:00Z", "never", false),
    ])
    func `a container that was killed at the end of its time ran past its timeout`(
        start: String,
        end: String,
        isOver: Bool
    ) {
        #expect(Self.note.isOver(startedAt: start, finishedAt: end) == isOver)
    }
}
