extension ConsoleData {
    /// Answers the questions about saved views.
    mutating func bind(views store: SavedViewStore) {
        savedViews = { try await store.all() }
        saveView = { name, query, actor in try await store.save(name: name, query: query, actor: actor) }
        deleteView = { name, actor in try await store.delete(name: name, actor: actor) }
    }
}
