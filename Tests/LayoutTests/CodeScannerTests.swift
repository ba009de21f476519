import Testing

@Suite struct CodeScannerTests {
    @Test(
        "texts and comments are no code",
        arguments: [
            (#"let a = "try! x" // try! y"#, #"let a = "" "#), (#"let b = "\(f("print(")) " + c"#, #"let b = "" + c"#),
            (##"let c = #"as! "x" "# ; d"##, #"let c = "" ; d"#), ("x /* fatalError */ y", "x  y"),
            ("plain()", "plain()"),
            (#"let e = "a\"b" + f"#, #"let e = "" + f"#),
        ]
    )
    func line(text: String, expected: String) {
        var scanner = CodeScanner()
        #expect(scanner.code(of: text) == expected)
    }

    @Test func `a text over several lines is no code`() {
        var scanner = CodeScanner()
        #expect(
            ["let a = \"\"\"", "  print(1)", "  \"\"\" + b"].map { scanner.code(of: $0) } == ["let a = ", "", " + b"]
        )
    }
}
