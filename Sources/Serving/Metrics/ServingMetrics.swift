import Primitives

extension EndpointTable {
    /// The figures of every endpoint in Prometheus' text format, version 0.0.4.
    package func prometheusText(queueDepth: Int) -> String {
        let endpoints = all()
        var text = """
            # HELP aku_inference_queue_depth Requests that wait for a worker.
            # TYPE aku_inference_queue_depth gauge
            aku_inference_queue_depth \(queueDepth)

            """
        func family(_ name: String, _ kind: String, _ help: String, _ lines: (Endpoint, String) -> [String]) {
            text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind)\n"
            for endpoint in endpoints {
                for line in lines(endpoint, "endpoint=\"\(endpoint.record.name)\"") { text += "\(name)\(line)\n" }
            }
        }
        family("aku_inference_requests_total", "counter", "Requests, by the code they ended with.") { endpoint, label in
            let figures = endpoint.metrics.snapshot
            return ["{\(label),code=\"ok\"} \(figures.requests)"]
                + figures.errors.sorted { $0.key < $1.key }.map { "{\(label),code=\"\($0.key)\"} \($0.value)" }
        }
        family("aku_inference_predictions_total", "counter", "Texts or rows answered.") { endpoint, label in
            ["{\(label)} \(endpoint.metrics.snapshot.predictions)"]
        }
        family("aku_inference_in_flight", "gauge", "Requests being answered now.") { endpoint, label in
            ["{\(label)} \(endpoint.metrics.snapshot.inFlight)"]
        }
        family("aku_inference_model_version", "gauge", "The version that answers.") { endpoint, label in
            [
                "{\(label),model=\"\(endpoint.record.model)\",variant=\"\(endpoint.record.variant)\"} \(endpoint.record.version)"
            ]
        }
        family("aku_inference_duration_seconds", "histogram", "Latency of answered requests.") { endpoint, label in
            let figures = endpoint.metrics.snapshot
            var sum = 0
            let bars = zip(EndpointMetrics.boundsMilliseconds.map { "\($0 / 1000)" } + ["+Inf"], figures.buckets)
            return bars.map { bound, count in
                sum += count
                return "_bucket{\(label),le=\"\(bound)\"} \(sum)"
            } + ["_sum{\(label)} \(figures.totalMilliseconds / 1000)", "_count{\(label)} \(figures.requests)"]
        }
        return text
    }
}
