import Primitives

/// The files of a run as a tree, with a look into one of them.
struct ArtifactsPage: ConsolePage {
    static let template = "artifacts"
    static let section: PageFrame.Section? = .runs
    let heading: String
    let crumbs: [PageFrame.Crumb]

    struct Line: Sendable, Hashable {
        let entry: String
        let entryHref: String
        let entrySize: String?
        let entryClass: String
        let isFolder: Bool
        let isHere: Bool
    }

    struct Look: Sendable, Hashable {
        let file: String
        let kind: String
        let size: String
        let digest: DigestLabel
        let downloadHref: String
        let imageHref: String?
        let table: Markup?
        let details: Markup?
        let lines: String?
        let document: Markup?
        let note: String?
    }

    let tree: [Line]
    let isEmpty: Bool
    let look: Look?
    let hasLook: Bool

    /// Entries shown of one folder.
    static let maximumEntries = 500

    /// Makes the page.
    ///
    /// - Parameters:
    ///   - folders: the open folders from the root down, each with its entries.
    ///   - path: what is looked at: a folder or a file.
    init(
        run: Console.Run,
        folders: [(path: String, entries: [Console.Artifact])],
        path: String,
        file: ArtifactFile?,
        preview: ArtifactPreview?
    ) {
        let name = run.name.isEmpty ? Wording.identifier(run.id) : run.name
        heading = "Artifacts"
        crumbs = [PageFrame.Crumb("Runs", "/runs"), PageFrame.Crumb(SVG.clip(name, to: 80), ConsolePath.run(run.id))]
        let open = Dictionary(folders.map { ($0.path, $0.entries) }, uniquingKeysWith: { first, _ in first })
        func lines(_ folder: String, _ depth: Int) -> [Line] {
            (open[folder] ?? []).prefix(Self.maximumEntries).flatMap { entry -> [Line] in
                let whole = folder.isEmpty ? entry.path : "\(folder)/\(entry.path)"
                let line = Line(
                    entry: entry.path,
                    entryHref: ConsolePath.artifact(run.id, whole),
                    entrySize: entry.bytes.map(Wording.bytes),
                    entryClass: "in\(min(depth, 6))",
                    isFolder: entry.bytes == nil,
                    isHere: whole == path
                )
                return [line] + (entry.bytes == nil && open[whole] != nil ? lines(whole, depth + 1) : [])
            }
        }
        tree = lines("", 0)
        isEmpty = tree.isEmpty
        if let file, let preview {
            look = Look(
                file: path,
                kind: preview.kind,
                size: Wording.bytes(file.size),
                digest: DigestLabel(file.digest),
                downloadHref: ConsolePath.artifactFile(run.id, path, inline: false),
                imageHref: preview.isImage ? ConsolePath.artifactFile(run.id, path, inline: true) : nil,
                table: preview.table?.html,
                details: preview.details?.html,
                lines: preview.text,
                document: preview.document,
                note: preview.note
            )
        } else {
            look = nil
        }
        hasLook = look != nil
    }
}

extension ConsolePath {
    /// The page of an artifact: a folder or a file.
    static func artifact(_ run: String, _ path: String) -> String {
        with("\(self.run(run))/artifacts", [("path", path)])
    }

    /// The bytes of an artifact: shown as an image, or to be saved.
    static func artifactFile(_ run: String, _ path: String, inline: Bool) -> String {
        with("\(self.run(run))/file", [("path", path), ("show", inline ? "1" : nil)])
    }
}
