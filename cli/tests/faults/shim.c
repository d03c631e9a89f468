/* Loaded before the C library: counts the calls by which a program changes files below a folder, and
 * lets one of them fail, or ends the process there.
 *
 * FAULT_ROOT   the folder
 * FAULT_KIND   count | kill | torn | cut | enospc | eio; with a `+`, every call from there on fails
 * FAULT_AT     the number of the call, from 1
 * FAULT_COUNT  the file to which the number of calls is written at the end
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define EXT4_IOC_SHUTDOWN _IOR('X', 125, unsigned int)
#define WITHOUT_LOG_FLUSH 2u

static atomic_long calls;

static const char *setting(const char *name) {
    const char *value = getenv(name);
    return value ? value : "";
}

static int below(const char *path) {
    const char *root = setting("FAULT_ROOT");
    size_t length = strlen(root);
    return length > 0 && strncmp(path, root, length) == 0;
}

static int is_ours(int descriptor) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return below(path);
}

static void die(void) {
    syscall(SYS_kill, getpid(), SIGKILL);
    for (;;) pause();
}

/* What becomes of this call: 0 it is done; 1 half of it is done, then the process ends; 2 it is done,
 * then the power is cut; else it fails with that error, negative. */
static int fate(void) {
    long number = atomic_fetch_add(&calls, 1) + 1;
    const char *kind = setting("FAULT_KIND");
    long at = atol(setting("FAULT_AT"));
    int goes_on = strchr(kind, '+') != NULL;
    if (at == 0 || (goes_on ? number < at : number != at)) return 0;
    if (strncmp(kind, "kill", 4) == 0) die();
    if (strncmp(kind, "torn", 4) == 0) return 1;
    if (strncmp(kind, "cut", 3) == 0) return 2;
    return strncmp(kind, "enospc", 6) == 0 ? -ENOSPC : -EIO;
}

static long after(int fate, long result) {
    if (fate == 1) die();
    if (fate == 2) {
        unsigned int flags = WITHOUT_LOG_FLUSH;
        int folder = syscall(SYS_openat, AT_FDCWD, setting("FAULT_ROOT"), O_RDONLY | O_DIRECTORY, 0);
        if (folder < 0 || ioctl(folder, EXT4_IOC_SHUTDOWN, &flags) != 0) {
            /* Without the cut the test would prove nothing. */
            static const char text[] = "the file system cannot be shut down\n";
            syscall(SYS_write, 2, text, sizeof text - 1);
            syscall(SYS_exit_group, 99);
        }
        die();
    }
    return result;
}

#define FAULTY(ours, call, half)                                                                   \
    do {                                                                                           \
        int becomes = (ours) ? fate() : 0;                                                         \
        if (becomes < 0) {                                                                         \
            errno = -becomes;                                                                      \
            return -1;                                                                             \
        }                                                                                          \
        if (becomes == 1) {                                                                        \
            half;                                                                                  \
        } else {                                                                                   \
            return after(becomes, call);                                                           \
        }                                                                                          \
        return after(becomes, 0);                                                                  \
    } while (0)

ssize_t write(int descriptor, const void *bytes, size_t count) {
    FAULTY(is_ours(descriptor), syscall(SYS_write, descriptor, bytes, count),
           syscall(SYS_write, descriptor, bytes, count / 2));
}

ssize_t writev(int descriptor, const struct iovec *parts, int count) {
    FAULTY(is_ours(descriptor), syscall(SYS_writev, descriptor, parts, count),
           syscall(SYS_writev, descriptor, parts, count / 2));
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t count, off64_t at) {
    FAULTY(is_ours(descriptor), syscall(SYS_pwrite64, descriptor, bytes, count, at),
           syscall(SYS_pwrite64, descriptor, bytes, count / 2, at));
}

ssize_t copy_file_range(int from, off64_t *from_at, int to, off64_t *to_at, size_t count,
                        unsigned int flags) {
    FAULTY(is_ours(to), syscall(SYS_copy_file_range, from, from_at, to, to_at, count, flags), (void)0);
}

int fsync(int descriptor) {
    FAULTY(is_ours(descriptor), syscall(SYS_fsync, descriptor), (void)0);
}

int fdatasync(int descriptor) {
    FAULTY(is_ours(descriptor), syscall(SYS_fdatasync, descriptor), (void)0);
}

int ftruncate64(int descriptor, off64_t length) {
    FAULTY(is_ours(descriptor), syscall(SYS_ftruncate, descriptor, length), (void)0);
}

int rename(const char *from, const char *to) {
    FAULTY(below(to), syscall(SYS_renameat, AT_FDCWD, from, AT_FDCWD, to), (void)0);
}

int linkat(int from_folder, const char *from, int to_folder, const char *to, int flags) {
    FAULTY(below(to), syscall(SYS_linkat, from_folder, from, to_folder, to, flags), (void)0);
}

int unlink(const char *path) {
    FAULTY(below(path), syscall(SYS_unlinkat, AT_FDCWD, path, 0), (void)0);
}

int mkdir(const char *path, mode_t mode) {
    FAULTY(below(path), syscall(SYS_mkdirat, AT_FDCWD, path, mode), (void)0);
}

int open64(const char *path, int flags, ...) {
    mode_t mode = 0;
    if (flags & (O_CREAT | O_TMPFILE)) {
        va_list rest;
        va_start(rest, flags);
        mode = va_arg(rest, mode_t);
        va_end(rest);
    }
    int makes = (flags & (O_CREAT | O_TRUNC)) && below(path);
    FAULTY(makes, syscall(SYS_openat, AT_FDCWD, path, flags, mode), (void)0);
}

int open(const char *path, int flags, ...) __attribute__((alias("open64")));

__attribute__((destructor)) static void tell(void) {
    const char *path = setting("FAULT_COUNT");
    if (*path == 0) return;
    int file = syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    char text[32];
    int length = snprintf(text, sizeof text, "%ld", atomic_load(&calls));
    syscall(SYS_write, file, text, (size_t)length);
    syscall(SYS_close, file);
}
