import Foundation
import Monitoring
import Primitives
import TestSupport
import Testing

@Suite struct MetricsTests {
    @Test func `every metric of the alert rules is exposed`() async throws {
        let fixture = try Fixture()
        let service = fixture.service()
        var traffic = Traffic(seed: 1)
        for _ in 0..<300 { service.observe(traffic.shifted()) }
        await service.flush(snapshot: true)
        let text = try await service.prometheusText()
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let rules = try String(contentsOf: root.appending(path: "mlops/monitoring/alerts.yaml"), encoding: .utf8)
        let names = Set(rules.matches(of: /aku_[a-z0-9_]+/).map { String($0.output) })
        #expect(names.count >= 8)
        for name in names { #expect(text.contains("# TYPE \(name) "), "\(name)") }
    }

    @Test func `every sample belongs to a declared metric and ends with a number`() async throws {
        let fixture = try Fixture()
        let service = fixture.service()
        var traffic = Traffic(seed: 1)
        for _ in 0..<300 { service.observe(traffic.shifted()) }
        await service.flush(snapshot: true)
        let lines = try await service.prometheusText().split(separator: "\n")
        let declared = Set(lines.filter { $0.hasPrefix("# TYPE ") }.map { $0.split(separator: " ")[2] })
        for line in lines where !line.hasPrefix("#") {
            let name = line.prefix { $0 != "{" && $0 != " " }
            #expect(declared.contains(name), "\(line)")
            #expect(line.split(separator: " ").last.flatMap { Double($0) } != nil, "\(line)")
        }
        #expect(lines.contains { $0 == #"aku_drift_alerts_open{endpoint="intent"} 1"# })
    }
}
