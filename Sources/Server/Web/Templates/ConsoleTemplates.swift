import Mustache

/// Every template by name, parsed once; a template that does not parse fails the first test and the start.
enum ConsoleTemplates {
    /// The text of every template.
    static let texts: [String: String] = [
        "frame": frame, "badge": badge, "failure": failure, "sign-in": signIn,
        "digest": digest, "facts": facts, "moment": moment, "figure": figure, "fact-row": factRow,
        "run-row": runRow, "run-head": runHead, "endpoint-table": endpointTable, "journal-table": journalTable,
        "event-table": eventTable, "overview": overview, "endpoints": endpoints, "endpoint": endpoint,
        "pipelines": pipelines, "pipeline": pipeline, "pipeline-run": pipelineRun,
        "task-instances": taskInstances, "backfill": backfill, "runs": runs,
        "run": run,
        "compare": compare, "artifacts": artifacts,
        "curve-controls": curveControls, "curve-figure": curveFigure,
        "models": models, "model": model, "version": version, "attestations": attestations, "datasets": datasets,
        "dataset": dataset, "trace": trace,
        "journal": journal, "journal-entry": journalEntry,
    ]

    /// The parsed templates.
    ///
    /// - Throws: the parser's error.
    static func library() throws -> MustacheLibrary {
        MustacheLibrary(templates: try texts.mapValues { try MustacheTemplate(string: $0) })
    }
}
