import Foundation
import Primitives
import Testing

@testable import Pipelines

@Suite struct PipelineSchemaTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../..").standardizedFileURL

    @Test(arguments: PipelineSchema.mappings.keys.sorted())
    func `the schema has a description for each key that the parser allows, and for no other`(table: String) throws {
        let mapping = try #require(PipelineSchema.mappings[table])
        #expect(mapping.values.keys.sorted() == mapping.keys.sorted())
        #expect(mapping.required.allSatisfy(mapping.keys.contains))
    }

    @Test func `every table of keys in the parser's sources is one of the schema's`() throws {
        let folder = Self.root.appendingPathComponent("Sources/Pipelines/Definition")
        var declared: Set<String> = [], used: Set<String> = []
        for file in try FileManager.default.contentsOfDirectory(atPath: folder.path) where file != "NodeReader.swift" {
            let source = try String(contentsOf: folder.appendingPathComponent(file), encoding: .utf8)
            for match in source.matches(of: /static let (\w+Keys) = \[/) { declared.insert(String(match.1)) }
            for match in source.matches(of: /allowed: (?:Self\.)?([^,)\s]+)/) { used.insert(String(match.1)) }
        }
        #expect(declared == Set(PipelineSchema.mappings.keys))
        #expect(used == declared)
    }

    @Test func `mlops/pipeline.schema.json is what the program prints`() throws {
        let path = Self.root.appendingPathComponent("mlops/pipeline.schema.json")
        if ProcessInfo.processInfo.environment["AKU_REWRITE"] != nil {
            try PipelineSchema.file.write(to: path, atomically: true, encoding: .utf8)
        }
        #expect(try String(contentsOf: path, encoding: .utf8) == PipelineSchema.file)
    }

    @Test func `every shipped pipeline names the schema in its first line`() throws {
        let folder = Self.root.appendingPathComponent("mlops/pipelines")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".yaml") }
        #expect(!files.isEmpty)
        for file in files {
            let source = try String(contentsOf: folder.appendingPathComponent(file), encoding: .utf8)
            #expect(source.hasPrefix("# yaml-language-server: $schema=../pipeline.schema.json\n"))
        }
    }
}
