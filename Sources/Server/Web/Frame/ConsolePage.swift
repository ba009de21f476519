import Foundation
import Mustache
import Primitives

/// One page: a plain value of preformatted text, and the name of the template that writes it.
protocol ConsolePage: Sendable, Equatable {
    /// The template's name in `ConsoleTemplates`.
    static var template: String { get }
    /// The part of the console that it belongs to.
    static var section: PageFrame.Section? { get }
    /// The page's only first-level heading.
    var heading: String { get }
    /// The way here, without the page itself.
    var crumbs: [PageFrame.Crumb] { get }
    /// Seconds between refreshes while something is going on.
    var refreshSeconds: Int? { get }
}

extension ConsolePage {
    /// Most pages are reached from the navigation.
    var crumbs: [PageFrame.Crumb] { [] }
    /// Most pages stand still.
    var refreshSeconds: Int? { nil }
}

/// Turns pages into HTML.
struct PageRenderer: Sendable {
    private let library: MustacheLibrary

    /// The templates are constants, so they are parsed once for the process.
    static let shared = Result { try PageRenderer() }

    /// Parses the templates.
    ///
    /// - Throws: the parser's error for a broken template.
    init() throws {
        library = try ConsoleTemplates.library()
    }

    /// The whole document.
    ///
    /// - Throws: `internal_error` when the page names a template that does not exist.
    func html(_ page: some ConsolePage, visitor: Visitor) throws -> String {
        let rendered = RenderedPage(
            heading: page.heading,
            section: type(of: page).section,
            crumbs: page.crumbs,
            refreshSeconds: page.refreshSeconds,
            body: Markup(try render(page, type(of: page).template))
        )
        return try render(PageFrame(rendered, visitor: visitor), "frame")
    }

    private func render(_ model: some Sendable, _ template: String) throws -> String {
        guard let text = library.render(model, withTemplate: template) else {
            throw PlatformError(.internalError, "The page template '\(template)' does not exist.")
        }
        return text
    }
}
