import Foundation
import Primitives
import Testing

@testable import Server

/// Looks into files that nobody trusts.
struct WebPreviewTests {
    private func preview(_ path: String, _ text: String) -> ArtifactPreview {
        ArtifactPreview.of(path: path, size: Int64(text.utf8.count), head: Data(text.utf8))
    }

    /// Three rows of id, name and score, written by Arrow.
    private static let parquet = """
        UEFSMRUEFTAVLkwVBhUAEgAAGAQBAAkBPAIAAAAAAAAAAwAAAAAAAAAVABUUFRgsFQYVEBUGFQYcAAAACiQCAAAABgECAyQAFQQVFBUYTBUEFQASAAAK\
        JAEAAABhAQAAAGMVABUSFRYsFQYVEBUGFQYcAAAACSACAAAAAwUBAwIVBBUwFSxMFQYVABIAABgAAAUBBOA/BQcoANA/AAAAAAAA8D8VABUUFRgsFQYV\
        EBUGFQYcAAAACiQCAAAABgECAyQAFQQZTDUAGAZzY2hlbWEVBgAVBCUCGAJpZAAVDCUCGARuYW1lJQBMHAAAABUKJQIYBXNjb3JlABYGGRwZPCYAHBUE\
        GTUABhAZGAJpZBUCFgYWhgEWiAEmUiYIKSwVBBUAFQIAFQAVEBUCADwpBhkmAAYAAAAmABwVDBk1AAYQGRgEbmFtZRUCFgYWaBZwJsQBJpABKSwVBBUA\
        FQIAFQAVEBUCADwWBBkGGSYCBAAAACYAHBUKGTUABhAZGAVzY29yZRUCFgYWhgEWhgEmyAImgAIpLBUEFQAVAgAVABUQFQIAPCkGGSYABgAAABb0AhYG\
        JggW/gIAKCBwYXJxdWV0LWNwcC1hcnJvdyB2ZXJzaW9uIDI1LjAuMRk8HAAAHAAAHAAAACQBAABQQVIx
        """

    @Test func `Comma-separated values keep quoted commas, quotes and line ends`() {
        let table = PreviewTable(separated: "a,b\r\n\"1,5\",\"say \"\"hi\"\"\nthere\"\nx\n", by: ",", isWhole: true)
        #expect(table?.columns == ["a", "b"])
        #expect(table?.rows == [["1,5", "say \"hi\"\nthere"], ["x", nil]])
    }

    @Test func `A table is cut to what a page shows and says so`() {
        let text = "a\n" + (0..<500).map { "\($0)\n" }.joined()
        let preview = preview("t.csv", text)
        #expect(preview.table?.rows.count == PreviewTable.maximumRows)
        #expect(preview.note == "The first 200 rows, at most 60 columns.")
    }

    @Test func `The last line of a file that was read in part is left out`() {
        let table = PreviewTable(separated: "a,b\n1,2\n3,", by: ",", isWhole: false)
        #expect(table?.rows == [["1", "2"]])
        #expect(table?.isCut == true)
    }

    @Test func `JSON is a table where it is one, and text otherwise`() {
        let split = preview("t.json", #"{"columns": ["a", "b"], "data": [[1, "x"], [null, {"k": 2}]]}"#)
        #expect(split.table == PreviewTable(columns: ["a", "b"], rows: [["1", "x"], [nil, #"{"k":2}"#]]))
        #expect(preview("t.json", #"[{"a": 1}, {"b": true}]"#).table?.rows == [["1", nil], [nil, "true"]])
        #expect(preview("t.jsonl", "{\"a\": 1}\n{\"a\": 2}\n").table?.rows == [["1"], ["2"]])
        #expect(
            preview("c.json", #"{"b":[1,{"x":"a,{"}],"e":{}}"#).text == """
                {
                  "b": [
                    1,
                    {
                      "x": "a,{"
                    }
                  ],
                  "e": {}
                }
                """
        )
        #expect(preview("c.json", "{oops").text == "{oops")
    }

    @Test func `Deep JSON is shown as text and breaks nothing`() {
        let deep = String(repeating: "[", count: 20_000) + String(repeating: "]", count: 20_000)
        #expect(preview("deep.json", deep).text != nil)
    }

    @Test func `An image is what its first bytes say, whatever its name`() {
        let png = Data([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0])
        #expect(ArtifactPreview.of(path: "a.txt", size: 10, head: png).isImage)
        #expect(!preview("a.png", "<html><script>alert(1)</script>").isImage)
        #expect(FileSignature.imageType(Data("<svg onload=alert(1)>".utf8)) == nil)
        #expect(!preview("a.svg", "<svg><script>alert(1)</script></svg>").isImage)
        #expect(ArtifactPreview.of(path: "w.bin", size: 3, head: Data([0, 1, 255])).text == nil)
    }

    @Test(arguments: [
        "# <script>alert(1)</script>", "[x](javascript:alert(1))", "![x](https://evil/x.png)",
        "<img src=x onerror=alert(1)>",
        "`<b>`", "- <i>\n  - *<u>*", "| <b> | x |\n|---|---|\n| <script> | **<s>** |", "> <iframe>",
        "```\n<script>\n```",
        "**[a](b\"onload=x)**",
    ])
    func `Nothing in Markdown becomes markup of its own`(text: String) {
        let allowed = [
            "h3", "h4", "h5", "h6", "p", "ul", "ol", "li", "em", "strong", "code", "pre", "blockquote", "table",
            "thead",
            "tbody", "tr", "th", "td", "div", "hr",
        ]
        let html = Markdown.html(text).html
        for match in html.matches(of: /<\/?([a-zA-Z0-9]+)([^>]*)>/) {
            #expect(allowed.contains(String(match.output.1)), "\(html)")
            #expect(
                ["", " scope=\"col\"", " class=\"scroll\"", " class=\"in0\"", " class=\"in1\""].contains(
                    match.output.2
                ),
                "\(html)"
            )
        }
    }

    @Test func `Markdown has headings, lists, tables, code and emphasis`() {
        let html = Markdown.html("# Card\n\nIt **works** in `x < 1`.\n\n- a\n- b\n\n| n | v |\n|---|---|\n| a | 1 |\n")
            .html
        #expect(
            html
                == "<h3>Card</h3><p>It <strong>works</strong> in <code>x &lt; 1</code>.</p>"
                + "<ul><li class=\"in0\">a</li><li class=\"in0\">b</li></ul><div class=\"scroll\"><table><thead><tr>"
                + "<th scope=\"col\">n</th><th scope=\"col\">v</th></tr></thead><tbody><tr><td>a</td><td>1</td></tr></tbody></table></div>"
        )
    }

    @Test func `A Parquet file tells its columns, types and rows`() async throws {
        let data = try #require(Data(base64Encoded: Self.parquet))
        let preview = try await ArtifactPreview.read(WebFixtures.file("p.parquet", data))
        #expect(preview.kind == "Parquet, 3 rows")
        #expect(
            preview.details?.rows.map { $0.prefix(3) } == [
                ["id", "int64", "yes"], ["name", "string", "yes"], ["score", "double", "yes"],
            ]
        )
    }

    @Test func `A broken Parquet file is a binary file and breaks nothing`() async throws {
        let data = try #require(Data(base64Encoded: Self.parquet))
        for index in stride(from: 0, to: data.count, by: 3) {
            var broken = data
            broken[index] ^= 0xFF
            let preview = try await ArtifactPreview.read(WebFixtures.file("p.parquet", broken))
            #expect(!preview.kind.isEmpty)
        }
        for length in [0, 5, 12, 100, data.count - 1] {
            _ = try await ArtifactPreview.read(WebFixtures.file("p.parquet", Data(data.prefix(length))))
        }
    }
}
