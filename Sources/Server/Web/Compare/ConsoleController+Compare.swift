import Primitives

extension ConsoleController {
    /// Points read of one curve; a drawing thins them further.
    private static let pointsOfCurve = 500
    /// Points read for one metric, over all runs.
    private static let pointsOfMetric = 12_000

    /// Declares the page that compares runs.
    func addCompare(to routes: RouteTable) {
        page("/compare", on: routes) { call, now in
            let query = CompareQuery(Self.fields(call))
            let runs = query.runs.isEmpty ? [] : try await data.runsNamed(query.runs)
            let metrics = runs.count < 2 ? [] : ComparePage.curves(query, runs)
            let points = max(50, min(Self.pointsOfCurve, Self.pointsOfMetric / max(1, runs.count)))
            let histories = try await data.histories(runs, metrics, points)
            return ComparePage(runs, query, histories: histories, now: now)
        }
    }
}
