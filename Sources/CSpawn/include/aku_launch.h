#ifndef AKU_LAUNCH_H
#define AKU_LAUNCH_H

/// The program's own executable under this name (argv[0]) is not the program, but the launcher of a task whose network is
/// cut: it makes a network namespace, and runs what follows in it.
///
///     AKU_LAUNCHER none - - PROGRAM ARGUMENT…             only a loopback device, with nobody on it
///     AKU_LAUNCHER platform ADDRESS PORT PROGRAM …        the same, with ADDRESS:PORT of the outside on 127.0.0.1:PORT
///
/// Status 125 when the system does not allow it; the reason is on standard error.
#define AKU_LAUNCHER "aku-task-launcher"

#endif
