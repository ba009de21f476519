import Foundation
import Primitives
import Testing

@testable import Serving

struct PolicySchemaTests {
    private static let path = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("mlops/policy.schema.json")

    @Test func `Every key of the format is described, and no other`() {
        for mapping in PolicySchema.mappings {
            #expect(Set(mapping.values.keys) == Set(mapping.keys.all))
            #expect(Set(mapping.keys.required).isSubset(of: mapping.keys.all))
        }
    }

    @Test func `The file that editors read is the schema`() throws {
        if ProcessInfo.processInfo.environment["AKU_WRITE_GOLDEN"] != nil {
            try PolicySchema.file.write(to: Self.path, atomically: true, encoding: .utf8)
        }
        #expect(try String(contentsOf: Self.path, encoding: .utf8) == PolicySchema.file)
    }
}
