import Foundation
import Registry
import Security

extension WebhookSeal {
    /// Seals with the key `webhooks.key` of a folder of keys, made on the first start.
    ///
    /// - Throws: `key_invalid`, `file_not_private`, `disk_full`.
    package static func file(in folder: String) throws -> WebhookSeal {
        let key = try SealingKey.loadOrCreate(folder: folder, name: "webhooks")
        return WebhookSeal(
            seal: { secret, id in [UInt8](try key.seal(Data(secret.utf8), for: "webhook/\(id)")) },
            open: { sealed, id in String(decoding: try key.open(Data(sealed), for: "webhook/\(id)"), as: UTF8.self) }
        )
    }
}
