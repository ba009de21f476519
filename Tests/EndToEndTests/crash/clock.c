// The wall clock of one process, moved by as many seconds as the file that AKU_TEST_CLOCK names says; preloaded. What does not
// jump when somebody sets a machine's clock (CLOCK_MONOTONIC, CLOCK_BOOTTIME, time-outs that are under way) does not jump here.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static long offset(void) {
    static _Atomic long known, looked = -1;
    struct timespec now;
    syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
    long tenth = now.tv_sec * 10 + now.tv_nsec / 100000000;
    if (looked == tenth) return known;
    looked = tenth;
    const char *path = getenv("AKU_TEST_CLOCK");
    int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0) return known;
    char text[32] = {0};
    if (read(file, text, sizeof text - 1) > 0) known = atol(text);
    close(file);
    return known;
}

int clock_gettime(clockid_t clock, struct timespec *time) {
    int code = (int)syscall(SYS_clock_gettime, clock, time);
    if (code == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) time->tv_sec += offset();
    return code;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
    (void)zone;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    time->tv_sec = now.tv_sec;
    time->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *result) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (result) *result = now.tv_sec;
    return now.tv_sec;
}

// A time-out by the wall clock was computed from the moved one, and the kernel knows the other. (One by the monotonic clock is
// a small number.)
static const struct timespec *true_time(const struct timespec *end, struct timespec *space) {
    if (end == NULL || end->tv_sec < 1000000000) return end;
    *space = *end;
    space->tv_sec -= offset();
    return space;
}

int pthread_cond_timedwait(pthread_cond_t *condition, pthread_mutex_t *mutex, const struct timespec *end) {
    static int (*next)(pthread_cond_t *, pthread_mutex_t *, const struct timespec *);
    if (!next) next = dlsym(RTLD_NEXT, "pthread_cond_timedwait");
    struct timespec space;
    return next(condition, mutex, true_time(end, &space));
}

int sem_timedwait(sem_t *semaphore, const struct timespec *end) {
    static int (*next)(sem_t *, const struct timespec *);
    if (!next) next = dlsym(RTLD_NEXT, "sem_timedwait");
    struct timespec space;
    return next(semaphore, true_time(end, &space));
}
