import Foundation
import Primitives
import Security
import WireAPI

extension ConsoleController {
    /// The largest form that saves a view, in bytes.
    private static let maximumFormBytes = 64 << 10

    /// Declares the pages of training runs and the forms of their table.
    func addRuns(to routes: RouteTable) {
        page("/runs", on: routes) { call, now in
            let query = RunsQuery(Self.fields(call))
            async let views = data.savedViews()
            let (list, problem) = try await runs(query)
            return RunsPage(
                list,
                query,
                problem: problem,
                views: try await views,
                canSave: call.principal.permissions.contains(.trackingWrite),
                now: now
            )
        }
        page("/runs/{id}", on: routes) { call, now in
            RunPage(try await data.run(call.parameter("id")), options: CurveOptions(Self.fields(call)), now: now)
        }
        routes.raw(.post, "/console/views", permission: .trackingWrite, errors: .page) { call in
            let fields = try await Self.form(call)
            let query = RunsQuery(FormFields(fields["query"] ?? "")).text
            try await data.saveView(fields["name"] ?? "", query, call.principal.name)
            return PageResponse.seeOther(query.isEmpty ? "/runs" : "/runs?\(query)")
        }
        routes.raw(.post, "/console/views/delete", permission: .trackingWrite, errors: .page) { call in
            try await data.deleteView(try await Self.form(call)["name"] ?? "", call.principal.name)
            return PageResponse.seeOther(Self.origin(of: call))
        }
    }

    /// The runs that a query asks for; with a filter, order or page that cannot be used none, and why.
    private func runs(_ query: RunsQuery) async throws -> (Console.RunList, problem: String?) {
        do {
            return (try await data.runs(query), nil)
        } catch let error as PlatformError where error.code.kind == .invalidArgument {
            var plain = RunsQuery()
            plain.size = 1
            let experiments = try await data.runs(plain).experiments
            let words = [error.message, error.nextStep].filter { !$0.isEmpty }.joined(separator: " ")
            return (Console.RunList(experiments: experiments, runs: [], nextToken: nil), words)
        }
    }

    private static func form(_ call: Call) async throws -> FormFields {
        try refuseForeignForm(call)
        return FormFields(String(decoding: try await call.body(upTo: maximumFormBytes), as: UTF8.self))
    }
}
