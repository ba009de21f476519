#ifndef AKU_SPAWN_H
#define AKU_SPAWN_H

#include <spawn.h>

#include "aku_launch.h"

/// The child changes to this folder before it runs. Glibc declares the function only with _GNU_SOURCE, which Swift's own
/// module of the C library is built without.
int aku_spawn_add_chdir(posix_spawn_file_actions_t *actions, const char *folder);

/// The child closes every descriptor from `first` on (glibc 2.34).
int aku_spawn_add_closefrom(posix_spawn_file_actions_t *actions, int first);

#endif
