import Foundation
import Primitives
import Testing

@testable import Pipelines

@Suite struct PipelineExportTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../Fixtures/pipeline-export").standardizedFileURL

    @Test(
        arguments: [(PipelineExport.Engine.airflow, "py"), (.prefect, "py"), (.argo, "yaml")],
        ["demo", "conditional"]
    )
    func `an export is the golden file of its engine`(_ golden: (PipelineExport.Engine, String), name: String) throws {
        let (engine, ending) = golden
        let source = try String(contentsOf: Self.folder.appendingPathComponent("\(name).yaml"), encoding: .utf8)
        let text = try PipelineExport(
            try PipelineDefinition(yaml: source),
            path: "/srv/\(name).yaml",
            image: "aku:test"
        )
        .text(for: engine)
        let file = (name == "demo" ? "" : name + ".") + "\(engine.rawValue).golden.\(ending)"
        let path = Self.folder.appendingPathComponent(file)
        if ProcessInfo.processInfo.environment["AKU_REWRITE"] != nil {
            try text.write(to: path, atomically: true, encoding: .utf8)
        }
        #expect(try String(contentsOf: path, encoding: .utf8) == text)
    }

    @Test(arguments: [
        ("plain", "\"plain\""), ("a\"b\\c\nd", "\"a\\\"b\\\\c\\nd\""),
        ("ü\u{1F600}\u{7}", "\"\\U000000fc\\U0001f600\\U00000007\""),
    ])
    func `a text is written so that Python reads it back`(text: String, literal: String) {
        #expect(Python.text(text) == literal)
    }

    @Test func `two tasks whose names Argo cannot tell apart stay two`() throws {
        let definition = try PipelineDefinition(
            yaml: "pipeline: p\ntasks: { a.b: { run: x }, a_b: { run: x, after: [a.b] }, A-b: { run: x } }"
        )
        let text = try PipelineExport(definition, path: "p.yaml", image: "i").text(for: .argo)
        for name in ["a-b", "a-b-2", "a-b-3"] { #expect(text.contains("          - name: \"\(name)\"\n")) }
        #expect(text.contains("template: \"a-b-2\"\n            dependencies: [\"a-b\"]"))
    }
}
