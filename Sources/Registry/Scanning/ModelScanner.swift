import Foundation

/// Looks into a model's files for what would run code or reach outside the model when it is loaded. Nothing is unpacked, run
/// or written; what cannot be followed is a finding too.
package enum ModelScanner {
    /// The largest file that is looked into, in bytes.
    package static let maximumBytes: Int64 = 16 << 30

    private static let pickleEndings = [
        ".pkl", ".pickle", ".pck", ".joblib", ".pt", ".pth", ".ckpt", ".sav", ".dill", ".cloudpickle",
    ]
    private static let archiveEndings = [".zip", ".npz", ".keras", ".bin", ".mar", ".ptc"]
    private static let otherEndings = [".onnx", ".npy"]
    /// Pickles that follow one another in a file: older versions of `torch.save` write five.
    private static let maximumSequence = 16

    /// Whether a file of this name is looked into; others cannot hold what is looked for.
    package static func concerns(_ path: String) -> Bool {
        let name = path.lowercased()
        return (pickleEndings + archiveEndings + otherEndings).contains { name.hasSuffix($0) }
    }

    /// What is wrong with a path itself.
    package static func findings(inPath path: String) -> [ScanFinding] {
        let parts = path.split(omittingEmptySubsequences: false) { $0 == "/" || $0 == "\\" }
        guard parts.contains("..") || parts.first == "" || path.utf8.contains(0) else { return [] }
        return [
            ScanFinding(path: String(path.prefix(300)), code: "path_escapes", detail: "it leaves the model's folder")
        ]
    }

    /// What is found in one file.
    package static func findings(in data: Data, path: String) -> [ScanFinding] {
        data.withUnsafeBytes { bytes in
            let found = look(bytes, path, isEntry: false)
            return Array(
                found.sorted { ($0.path, $0.code, $0.detail) < ($1.path, $1.code, $1.detail) }
                    .prefix(ScanReport.maximumFindings)
            )
        }
    }

    private static func look(_ bytes: UnsafeRawBufferPointer, _ path: String, isEntry: Bool) -> Set<ScanFinding> {
        let name = path.lowercased()
        let isPickle = pickleEndings.contains { name.hasSuffix($0) }
        if starts(bytes, [0x50, 0x4b, 0x03, 0x04]) {
            if isEntry {
                return isPickle ? [unreadable(path, "archive_unreadable", "an archive inside an archive")] : []
            }
            return archive(bytes, path)
        }
        if name.hasSuffix(".onnx") { return onnx(bytes, path) }
        if starts(bytes, Array("\u{93}NUMPY".unicodeScalars.map { UInt8($0.value) })) { return array(bytes, path) }
        if isPickle, isCompressed(bytes) {
            return [unreadable(path, "compressed", "a compressed pickle cannot be looked into")]
        }
        let looksLikePickle = bytes.count > 2 && bytes[0] == 0x80 && (2...5).contains(bytes[1])
        guard isPickle || looksLikePickle, !bytes.isEmpty else { return [] }
        return pickle(bytes, 0, path, isCertain: isPickle)
    }

    private static func pickle(
        _ bytes: UnsafeRawBufferPointer,
        _ start: Int,
        _ path: String,
        isCertain: Bool
    ) -> Set<ScanFinding> {
        var found: Set<ScanFinding> = []
        var offset = start
        for index in 0..<maximumSequence {
            var walker = PickleWalker(bytes, at: offset)
            var isFollowed = true
            do throws(PickleWalker.Unreadable) {
                try walker.walk()
            } catch {
                isFollowed = false
                if index == 0, isCertain {
                    found.insert(unreadable(path, "pickle_unreadable", "at byte \(error.offset): \(error.reason)"))
                }
            }
            // What is no pickle at all names nonsense.
            if isFollowed || isCertain { found.formUnion(judged(walker, path)) }
            offset = walker.offset
            guard isFollowed, offset + 2 < bytes.count, bytes[offset] == 0x80, (2...5).contains(bytes[offset + 1])
            else {
                break
            }
        }
        return found
    }

    private static func judged(_ walker: PickleWalker, _ path: String) -> Set<ScanFinding> {
        var found: Set<ScanFinding> = []
        for global in walker.globals {
            let detail = "\(global.module).\(global.name)"
            switch PickleGlobals.verdict(global.module, global.name) {
            case .allowed: continue
            case .unknown: found.insert(ScanFinding(path: path, code: "pickle_unknown", detail: detail))
            case .dangerous: found.insert(ScanFinding(path: path, code: "pickle_dangerous", detail: detail))
            }
        }
        for reason in walker.hidden { found.insert(ScanFinding(path: path, code: "pickle_dangerous", detail: reason)) }
        return found
    }

    private static func archive(_ bytes: UnsafeRawBufferPointer, _ path: String) -> Set<ScanFinding> {
        guard let directory = try? ZipDirectory(bytes) else {
            return [unreadable(path, "archive_unreadable", "its directory is damaged")]
        }
        var found: Set<ScanFinding> = []
        for entry in directory.entries {
            let inner = "\(path)!\(entry.name.prefix(200))"
            if !findings(inPath: entry.name).isEmpty || entry.isLink {
                found.insert(
                    ScanFinding(
                        path: inner,
                        code: "archive_path",
                        detail: entry.isLink ? "a link" : "it leaves the archive"
                    )
                )
            }
            let isPickle = pickleEndings.contains { entry.name.lowercased().hasSuffix($0) }
            if entry.method != 0 {
                if isPickle {
                    found.insert(unreadable(inner, "compressed", "a compressed pickle cannot be looked into"))
                }
                continue
            }
            guard let content = try? directory.content(of: entry) else {
                if isPickle { found.insert(unreadable(inner, "archive_unreadable", "its bytes are not where it says")) }
                continue
            }
            found.formUnion(look(content, inner, isEntry: true))
        }
        return found
    }

    private static func onnx(_ bytes: UnsafeRawBufferPointer, _ path: String) -> Set<ScanFinding> {
        guard let found = try? OnnxLocations(bytes) else {
            return [unreadable(path, "onnx_unreadable", "it is no ONNX model")]
        }
        let bad = found.locations.filter(OnnxLocations.escapes)
        return Set(bad.map { ScanFinding(path: path, code: "onnx_external_path", detail: String($0.prefix(300))) })
    }

    /// An array of Python objects (NumPy's format, versions 1 to 3) is a pickle after the header.
    private static func array(_ bytes: UnsafeRawBufferPointer, _ path: String) -> Set<ScanFinding> {
        guard bytes.count > 12 else { return [] }
        let isShort = bytes[6] == 1
        let length = Int(bytes[8]) | Int(bytes[9]) << 8 | (isShort ? 0 : Int(bytes[10]) << 16 | Int(bytes[11]) << 24)
        let begin = isShort ? 10 : 12
        guard length <= bytes.count - begin else {
            return [unreadable(path, "pickle_unreadable", "its header is damaged")]
        }
        let header = String(decoding: bytes[begin..<(begin + length)], as: UTF8.self)
        guard header.contains("'O'") || header.contains("|O") else { return [] }
        return pickle(bytes, begin + length, path, isCertain: true)
    }

    private static func unreadable(_ path: String, _ code: String, _ detail: String) -> ScanFinding {
        ScanFinding(path: path, code: code, detail: detail)
    }

    private static func starts(_ bytes: UnsafeRawBufferPointer, _ magic: [UInt8]) -> Bool {
        bytes.prefix(magic.count).elementsEqual(magic)
    }

    /// zlib, gzip, bzip2, xz, LZ4: what joblib can compress with.
    private static func isCompressed(_ bytes: UnsafeRawBufferPointer) -> Bool {
        (starts(bytes, [0x78]) && bytes.count > 1 && (Int(bytes[0]) << 8 | Int(bytes[1])) % 31 == 0)
            || starts(bytes, [0x1f, 0x8b]) || starts(bytes, Array("BZh".utf8)) || starts(bytes, [0xfd, 0x37, 0x7a])
            || starts(bytes, [0x04, 0x22, 0x4d, 0x18]) || starts(bytes, [0x5d, 0x00])
    }
}
