import Foundation

/// The program's own code as the kernel maps it.
package enum ProgramText {
    /// Gives the mapped code pages back; those that are used again come back from the page cache one fault at a time.
    ///
    /// Starting touches some 20 MiB of code that a running server never calls again, and it counts as resident memory until
    /// the kernel is short of it. Called once when the server is ready. Only executable mappings of the program's file are
    /// named: they are never written to, so that nothing can be lost (madvise(2), MADV_DONTNEED).
    package static func release() {
        #if os(Linux)
            guard let program = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"),
                let maps = try? String(contentsOfFile: "/proc/self/maps", encoding: .utf8)
            else { return }
            for line in maps.split(separator: "\n") where line.hasSuffix(program) {
                let fields = line.split(separator: " ", omittingEmptySubsequences: true)
                guard fields.count > 1, fields[1] == "r-xp" else { continue }
                let ends = fields[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
                guard ends.count == 2, let start = UnsafeMutableRawPointer(bitPattern: ends[0]) else { continue }
                madvise(start, Int(ends[1] - ends[0]), MADV_DONTNEED)
            }
        #endif
    }
}
