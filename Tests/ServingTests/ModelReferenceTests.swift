import Primitives
import Serving
import Testing

struct ModelReferenceTests {
    @Test(arguments: [
        ("intent@champion", ModelReference.alias(model: "intent", alias: "champion")),
        ("models:/intent@champion", .alias(model: "intent", alias: "champion")),
        ("intent/3", .version(model: "intent", version: 3)),
        ("models:/intent/3", .version(model: "intent", version: 3)),
    ])
    func `A version is named by alias or by number`(text: String, expected: ModelReference) throws {
        #expect(try ModelReference(text) == expected)
        #expect(try ModelReference(expected.description) == expected)
    }

    @Test(arguments: [
        "", "intent", "intent@", "@champion", "intent/0", "intent/-1", "intent/x", "intent/1/2", "a b@c", "a@b@c",
    ])
    func `Anything else is refused`(text: String) {
        #expect(throws: PlatformError.self) { try ModelReference(text) }
    }
}
