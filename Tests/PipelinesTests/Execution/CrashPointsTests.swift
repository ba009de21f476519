import Primitives
import Testing

@testable import Pipelines

@Suite struct CrashPointsTests {
    @Test func `points that are off, or not passed often enough, end nothing`() throws {
        CrashPoints.none.pass(.spawned)
        let points = try CrashPoints("spawned:3")
        points.pass(.spawned)
        points.pass(.noted)
        points.pass(.spawned)
        try CrashPoints(nil).pass(.announced)
    }

    @Test(arguments: ["", "spawned", "spawned:0", "spawned:x", "nowhere:1", "spawned:1:2"])
    func `what is no point and count is refused`(text: String) {
        let error = #expect(throws: PlatformError.self) { try CrashPoints(text) }
        #expect(error?.code == .invalidArgument)
    }
}
