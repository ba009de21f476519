/// The four normalisation forms (Unicode §3.11) as Hugging Face's package makes them.
struct NormalizationForm: Sendable {
    private let decompositions: [UInt32: [UInt32]]
    private let classes: [UInt32: UInt8]
    private let composed: [UInt64: UInt32]
    private let composes: Bool
    /// Below it nothing changes.
    private let firstChanged: UInt32

    /// - Parameters:
    ///   - compatible: K, which also replaces compatibility characters.
    ///   - composes: C, which puts together again.
    init(compatible: Bool, composes: Bool) {
        var table = TableText.mappings(UnicodeTables.canonical)
        if compatible { table.merge(TableText.mappings(UnicodeTables.compatible)) { $1 } }
        decompositions = table
        classes = TableText.mappings(UnicodeTables.classes).compactMapValues { $0.first.map(UInt8.init) }
        var pairs: [UInt64: UInt32] = [:]
        if composes {
            for (scalar, parts) in TableText.mappings(UnicodeTables.composed) where parts.count == 2 {
                pairs[UInt64(parts[0]) << 32 | UInt64(parts[1])] = scalar
            }
        }
        composed = pairs
        self.composes = composes
        firstChanged = 0x80
    }

    /// The form of a text in UTF-8.
    func apply(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.contains(where: { $0 >= firstChanged }) else { return bytes }
        var scalars: [UInt32] = []
        bytes.withUnsafeBufferPointer { bytes in
            var index = 0
            while index < bytes.count {
                let (scalar, length) = Scalars.at(index, of: bytes)
                index += length
                decompose(scalar, into: &scalars)
            }
        }
        order(&scalars)
        if composes { compose(&scalars) }
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count)
        for scalar in scalars { Scalars.append(scalar, to: &out) }
        return out
    }

    private func decompose(_ scalar: UInt32, into out: inout [UInt32]) {
        if scalar < 0x80 { return out.append(scalar) }
        if scalar >= 0xAC00, scalar <= 0xD7A3 {
            let offset = scalar - 0xAC00
            out.append(0x1100 + offset / 588)
            out.append(0x1161 + offset % 588 / 28)
            if offset % 28 > 0 { out.append(0x11A7 + offset % 28) }
        } else if let parts = decompositions[scalar] {
            out += parts
        } else {
            out.append(scalar)
        }
    }

    private func combiningClass(_ scalar: UInt32) -> UInt8 { scalar < 0x300 ? 0 : classes[scalar] ?? 0 }

    /// Canonical ordering: a stable sort of each run of marks by class.
    private func order(_ scalars: inout [UInt32]) {
        var index = 0
        while index < scalars.count {
            guard combiningClass(scalars[index]) != 0 else {
                index += 1
                continue
            }
            let start = index
            while index < scalars.count, combiningClass(scalars[index]) != 0 { index += 1 }
            if index - start > 1 {
                scalars.replaceSubrange(
                    start..<index,
                    with: scalars[start..<index].map { ($0, combiningClass($0)) }.sorted { $0.1 < $1.1 }.map(\.0)
                )
            }
        }
    }

    private func compose(_ scalars: inout [UInt32]) {
        var out: [UInt32] = []
        out.reserveCapacity(scalars.count)
        var starter = -1
        var lastClass = -1
        for scalar in scalars {
            let own = Int(combiningClass(scalar))
            // Blocked when a scalar between it and the starter has the same or a higher class, or is a starter.
            if starter >= 0, lastClass < own || lastClass == -1, let whole = pair(out[starter], scalar) {
                out[starter] = whole
                continue
            }
            out.append(scalar)
            if own == 0 {
                starter = out.count - 1
                lastClass = -1
            } else {
                lastClass = own
            }
        }
        scalars = out
    }

    private func pair(_ first: UInt32, _ second: UInt32) -> UInt32? {
        if (0x1100..<0x1113).contains(first), (0x1161..<0x1176).contains(second) {
            return 0xAC00 + (first - 0x1100) * 588 + (second - 0x1161) * 28
        }
        if (0xAC00...0xD7A3).contains(first), (first - 0xAC00) % 28 == 0, (0x11A8..<0x11C3).contains(second) {
            return first + second - 0x11A7
        }
        return composed[UInt64(first) << 32 | UInt64(second)]
    }
}
