import Foundation

extension LocalExecutor {
    /// The whole environment of an attempt: nothing of the server's own gets in unless the configuration passes it on.
    ///
    /// - Parameter python: the folder of the `python` that the task finds first; may be empty.
    func environment(_ order: AttemptOrder, _ token: String?, _ folder: AttemptFolder, python: String) -> [String:
        String]
    {
        let path = [python, configuration.akuFolder, "/usr/local/bin", "/usr/bin", "/bin"]
        var out = configuration.passedEnvironment
        out.merge(
            [
                "PATH": path.filter { !$0.isEmpty }.joined(separator: ":"),
                "HOME": folder.home,
                "TMPDIR": folder.temporary,
                "LC_ALL": "C.UTF-8",
                "LANG": "C.UTF-8",
                "TZ": "UTC",
                "PYTHONHASHSEED": "0",
                "PYTHONDONTWRITEBYTECODE": "1",
                "PYTHONUNBUFFERED": "1",
                // 1980-01-01, the first moment that ZIP can hold: archives made by tasks have equal bytes.
                "SOURCE_DATE_EPOCH": "315532800",
                "HF_HUB_OFFLINE": "1",
                "MLFLOW_TRACKING_URI": configuration.baseURL,
                "AKU_URL": configuration.baseURL,
            ],
            uniquingKeysWith: { _, ours in ours }
        )
        if order.isRehearsal {
            // Nothing on the server may change: what is tracked goes into the attempt's own folder and is gone with it.
            out["AKU_URL"] = nil
            out["MLFLOW_TRACKING_URI"] = "file://\(folder.home)/mlruns"
            out["MLFLOW_ALLOW_FILE_STORE"] = "true"
        }
        out.merge(order.environment, uniquingKeysWith: { _, declared in declared })
        out["AKU_PIPELINE"] = order.pipeline
        out["AKU_PIPELINE_RUN"] = order.run
        out["AKU_TASK"] = order.task
        out["AKU_ATTEMPT"] = String(order.attempt)
        out["AKU_WORK"] = folder.path
        if let token {
            out["AKU_TOKEN"] = token
            out["MLFLOW_TRACKING_TOKEN"] = token
        }
        return out
    }
}
