import Foundation
import Primitives

/// What the frame around a page needs to know.
struct PageFrame: Sendable, Hashable {
    /// One link of the navigation.
    struct Link: Sendable, Hashable {
        let word: String
        let href: String
        let here: Bool
    }

    /// One step of the way to this page.
    struct Crumb: Sendable, Hashable {
        let word: String
        let href: String

        /// Makes a step.
        init(_ word: String, _ href: String) {
            self.word = word
            self.href = href
        }
    }

    /// For the browser's tab.
    let title: String
    /// The page's only first-level heading.
    let heading: String
    /// The navigation.
    let links: [Link]
    /// The way here, without the page itself.
    let crumbs: [Crumb]
    /// Whether there is a way to show.
    let hasCrumbs: Bool
    /// Seconds between refreshes of a live page; nil for a page that does not change by itself.
    let refreshSeconds: String?
    /// Who is looking.
    let who: String
    /// Whether there is a session cookie to end.
    let canSignOut: Bool
    /// Where the page's files lie.
    let stylePath = ConsoleAsset.style.path
    let scriptPath = ConsoleAsset.script.path
    let iconPath = ConsoleAsset.icon.path
    /// The page itself.
    let body: Markup

    /// Frames a page.
    init(_ page: RenderedPage, visitor: Visitor) {
        title = page.heading
        heading = page.heading
        links = Section.allCases.map { Link(word: $0.word, href: $0.href, here: $0 == page.section) }
        crumbs = page.crumbs
        hasCrumbs = !page.crumbs.isEmpty
        refreshSeconds = page.refreshSeconds.map(String.init)
        who = visitor.name
        canSignOut = visitor.hasSession
        body = page.body
    }

    /// The parts of the console.
    enum Section: String, Sendable, CaseIterable {
        case overview, pipelines, runs, data, models, endpoints, journal

        var word: String { rawValue.prefix(1).uppercased() + rawValue.dropFirst() }
        var href: String { self == .overview ? "/" : "/\(rawValue)" }
    }
}

/// Who is looking at a page.
struct Visitor: Sendable, Hashable {
    /// Shown in the navigation.
    let name: String
    /// Whether a session cookie was sent.
    let hasSession: Bool

    /// Makes a visitor.
    init(name: String, hasSession: Bool) {
        self.name = name
        self.hasSession = hasSession
    }
}

/// A page after its template ran, before its frame.
struct RenderedPage: Sendable, Hashable {
    /// The page's name.
    let heading: String
    /// Which part of the console it belongs to; nil for errors and the sign-in.
    let section: PageFrame.Section?
    /// The way here.
    let crumbs: [PageFrame.Crumb]
    /// Seconds between refreshes; nil for a page that does not change by itself.
    let refreshSeconds: Int?
    /// The content.
    let body: Markup
}
