#define _GNU_SOURCE
#include "aku_launch.h"
#include "aku_spawn.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

static void fail(const char *what) {
    dprintf(2, "the task's network cannot be cut: %s: %s\n", what, strerror(errno));
    _exit(125);
}

static void write_file(const char *path, const char *text) {
    int file = open(path, O_WRONLY | O_CLOEXEC);
    if (file < 0 || write(file, text, strlen(text)) < 0) fail(path);
    close(file);
}

/// Leaves the machine's network. Who may not do so as he is does it in a user namespace in which he keeps his ids.
static void leave_network(void) {
    if (unshare(CLONE_NEWNET) == 0) return;
    if (errno != EPERM) fail("unshare");
    char map[64];
    unsigned user = getuid(), group = getgid();
    if (unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) fail("unshare");
    write_file("/proc/self/setgroups", "deny");
    snprintf(map, sizeof map, "%u %u 1\n", user, user);
    write_file("/proc/self/uid_map", map);
    snprintf(map, sizeof map, "%u %u 1\n", group, group);
    write_file("/proc/self/gid_map", map);
}

static int raise_loopback(void) {
    struct ifreq request = {0};
    int handle = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), code = 0;
    strcpy(request.ifr_name, "lo");
    if (handle < 0 || ioctl(handle, SIOCGIFFLAGS, &request) != 0) code = errno;
    request.ifr_flags |= IFF_UP | IFF_RUNNING;
    if (code == 0 && ioctl(handle, SIOCSIFFLAGS, &request) != 0) code = errno;
    if (handle >= 0) close(handle);
    return code;
}

int aku_spawn_cut(pid_t *id, const char *program, const posix_spawn_file_actions_t *actions,
                  const posix_spawnattr_t *attributes, char *const arguments[], char *const environment[]) {
    int home = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC), code = 0;
    if (home < 0) return errno;
    if (unshare(CLONE_NEWNET) != 0) {
        code = errno;
    } else {
        code = raise_loopback();
        if (code == 0) code = posix_spawn(id, program, actions, attributes, arguments, environment);
        // A thread that stayed outside could not reach the store of objects.
        if (setns(home, CLONE_NEWNET) != 0) {
            if (code == 0) kill(-*id, SIGKILL);
            abort();
        }
    }
    close(home);
    return code;
}

static int send_socket(int channel, int handle) {
    char byte = 0, space[CMSG_SPACE(sizeof(int))] = {0};
    struct iovec part = {&byte, 1};
    struct msghdr message = {0};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = space;
    message.msg_controllen = sizeof space;
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(header), &handle, sizeof(int));
    return sendmsg(channel, &message, 0) == 1 ? 0 : -1;
}

static int receive_socket(int channel) {
    char byte, space[CMSG_SPACE(sizeof(int))];
    struct iovec part = {&byte, 1};
    struct msghdr message = {0};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = space;
    message.msg_controllen = sizeof space;
    if (recvmsg(channel, &message, 0) != 1) return -1;
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (header == NULL || header->cmsg_type != SCM_RIGHTS) return -1;
    int handle;
    memcpy(&handle, CMSG_DATA(header), sizeof(int));
    return handle;
}

/// Copies one direction until its end.
static void copy(int from, int to) {
    char buffer[65536];
    ssize_t count;
    while ((count = read(from, buffer, sizeof buffer)) != 0) {
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) break;
        for (ssize_t done = 0; done < count;) {
            ssize_t written = send(to, buffer + done, (size_t)(count - done), MSG_NOSIGNAL);
            if (written < 0 && errno == EINTR) continue;
            if (written < 0) _exit(0);
            done += written;
        }
    }
    shutdown(to, SHUT_WR);
    _exit(0);
}

/// Stays outside: takes connections from the socket inside, which it is handed, to the server. A connection is two small
/// processes, one a direction, so that neither waits for the other. All of it ends with the task.
static void relay(int channel, const struct sockaddr_in *server) {
    signal(SIGTERM, SIG_IGN);
    signal(SIGINT, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    signal(SIGCHLD, SIG_IGN);
    int nothing = open("/dev/null", O_RDWR);
    for (int handle = 0; handle < 3; handle++) dup2(nothing, handle);
    int listener = receive_socket(channel);
    if (listener < 0) _exit(0);
    close(channel);
    for (;;) {
        int inside = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        if (inside < 0) {
            if (errno == EINTR || errno == ECONNABORTED) continue;
            if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
                usleep(10000);
                continue;
            }
            _exit(0);
        }
        int outside = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (outside >= 0 && connect(outside, (const struct sockaddr *)server, sizeof *server) == 0) {
            for (int direction = 0; direction < 2; direction++) {
                if (fork() != 0) continue;
                prctl(PR_SET_PDEATHSIG, SIGKILL);
                close(listener);
                direction == 0 ? copy(inside, outside) : copy(outside, inside);
            }
        }
        if (outside >= 0) close(outside);
        close(inside);
    }
}

static void open_platform(int channel, int port) {
    struct sockaddr_in address = {0};
    int on = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    address.sin_family = AF_INET;
    address.sin_port = htons((uint16_t)port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (listener < 0) fail("socket");
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    // Whoever may not bind a port below 1024 here could not have started the server on it either.
    if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, 64) != 0) fail("listen");
    if (send_socket(channel, listener) != 0) fail("sendmsg");
    close(listener);
    close(channel);
}

/// Runs before the program's own start, while the process has one thread: a user namespace cannot be made later.
__attribute__((constructor)) static void launch(int argc, char **argv) {
    if (argc < 5 || strcmp(argv[0], AKU_LAUNCHER) != 0) return;
    int isPlatform = strcmp(argv[1], "platform") == 0, port = atoi(argv[3]);
    int channel[2] = {-1, -1};
    if (isPlatform) {
        struct sockaddr_in server = {0};
        server.sin_family = AF_INET;
        server.sin_port = htons((uint16_t)port);
        if (inet_pton(AF_INET, argv[2], &server.sin_addr) != 1) fail(argv[2]);
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, channel) != 0) fail("socketpair");
        pid_t parent = getpid(), child = fork();
        if (child < 0) fail("fork");
        if (child == 0) {
            close(channel[0]);
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            if (getppid() != parent) _exit(0);
            relay(channel[1], &server);
        }
        close(channel[1]);
    }
    leave_network();
    if ((errno = raise_loopback()) != 0) fail("lo");
    if (isPlatform) open_platform(channel[0], port);
    execv(argv[4], argv + 4);
    fail(argv[4]);
}
