import Testing

@Suite struct LayoutTests {
    @Test func `the rules see the tree`() {
        let tree = SourceTree.shared
        #expect(tree.sources.count > 50, "no sources under \(tree.root)")
        #expect(
            tree.sources.contains { $0.path == "Sources/Primitives/Identity/Digest.swift" && $0.target == "Primitives" }
        )
        #expect(tree.files.contains { $0.path == "Package.swift" })
    }

    @Test func `a missing documentation comment is found, and an excused one is not`() {
        let lines = [
            "/// Said.", "package let a = 1", "package func b() {", "/// Said.", "@frozen", "package struct C {}",
            "package init() {}",
        ]
        let file = SourceFile(path: "Sources/X/Y.swift", lines: lines)
        #expect(
            DocumentationRule.findings(in: file) == [
                "Sources/X/Y.swift:3: no documentation comment: package func b() {"
            ]
        )
    }

    @Test func `the checksum of released migrations is FNV-1a`() {
        #expect(ReleasedMigrations.checksum("") == 0xcbf2_9ce4_8422_2325)
        #expect(ReleasedMigrations.checksum("foobar") == 0x8594_4171_f739_67e8)
    }
}
