import Commands
import Foundation
import Primitives
import Storage

/// Writes, reads and removes a small object in the bucket, where one is named.
struct ObjectStoreCheck {
    let address: String?

    func run() -> [DoctorFinding] {
        do {
            guard let bucket = try LocalMachine.bucket(option: address) else { return [] }
            let cache = FileManager.default.temporaryDirectory.path + "/aku-doctor-" + UUID().uuidString
            defer { try? FileManager.default.removeItem(atPath: cache) }
            let environment = ProcessInfo.processInfo.environment
            try ObjectStore(bucket: bucket, cache: cache, environment: environment).probe()
            return [DoctorFinding(name: "object store", state: .fine, detail: "\(bucket) takes and gives", fix: "")]
        } catch {
            let known = error as? PlatformError
            return [
                DoctorFinding(
                    name: "object store",
                    state: .missing,
                    detail: known?.message ?? "\(error)",
                    fix: known?.nextStep ?? ""
                )
            ]
        }
    }
}
