import CSpawn
import Foundation

/// Begins a program through `posix_spawn`, which does not copy the server's memory as `fork` would. The child leads a new
/// process group, starts with default signals and an empty mask in a folder of its own, and inherits no open file but the three
/// that it is given.
struct ProcessSpawn {
    /// The program's path.
    let program: String
    /// With the program's name first.
    let arguments: [String]
    /// The whole environment.
    let environment: [String: String]
    /// Where it begins.
    let folder: String
    /// Whether it begins in a network namespace of its own.
    var isCut = false

    /// - Parameter files: opens 0, 1 and 2 in the child.
    /// - Returns: the process, which is also the id of its group, and 0; or what kept it from beginning (`errno(3)`).
    func start(_ files: (inout posix_spawn_file_actions_t) -> Void) -> (id: pid_t, code: Int32) {
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t(), all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(
            &attributes,
            Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK)
        )
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        files(&actions)
        aku_spawn_add_chdir(&actions, folder)
        aku_spawn_add_closefrom(&actions, 3)
        let words = environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        var id: pid_t = 0
        let code = Self.withCStrings(arguments) { arguments in
            Self.withCStrings(words) { words in
                isCut
                    ? aku_spawn_cut(&id, program, &actions, &attributes, arguments, words)
                    : posix_spawn(&id, program, &actions, &attributes, arguments, words)
            }
        }
        return (id, code)
    }

    private static func withCStrings<T>(
        _ texts: [String],
        _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> T
    ) -> T {
        var pointers: [UnsafeMutablePointer<CChar>?] = texts.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        return pointers.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { preconditionFailure("an array with an end mark is not empty") }
            return body(base)
        }
    }
}
