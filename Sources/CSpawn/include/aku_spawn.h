#ifndef AKU_SPAWN_H
#define AKU_SPAWN_H

#include <spawn.h>

#include "aku_launch.h"

/// The child changes to this folder before it runs. Glibc declares the function only with _GNU_SOURCE, which Swift's own
/// module of the C library is built without.
int aku_spawn_add_chdir(posix_spawn_file_actions_t *actions, const char *folder);

/// The child closes every descriptor from `first` on (glibc 2.34).
int aku_spawn_add_closefrom(posix_spawn_file_actions_t *actions, int first);

/// `posix_spawn` into a network namespace of the child's own, whose only device is a loopback one. The calling thread is
/// where it was when this returns; no other thread is touched. Needs CAP_SYS_ADMIN (EPERM without it).
int aku_spawn_cut(pid_t *id, const char *program, const posix_spawn_file_actions_t *actions,
                  const posix_spawnattr_t *attributes, char *const arguments[], char *const environment[]);

#endif
