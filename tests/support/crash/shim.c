/* Stands between a process and its files: counts, records, refuses or ends at every change. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum action { RECORD, KILL, TEAR, REFUSE };

struct head {
    char op;
    int64_t offset;
    uint32_t path, other, data;
} __attribute__((packed));

static int armed, with_reads, for_ever, error_no, log_fd = -1;
static enum action action;
static long count, nth;
static char hit, root[PATH_MAX];
static size_t root_len;

/* A function of the C library behind this one. */
#define REAL(name, result, ...) \
    static result (*real)(__VA_ARGS__); \
    if (!real) real = (result (*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name)

static ssize_t put(int fd, const void *data, size_t size) {
    REAL(write, ssize_t, int, const void *, size_t);
    return real(fd, data, size);
}

void shim_arm(const char *folder, int what, long at, int error, int ever, int log, int reads) {
    snprintf(root, sizeof root, "%s/", folder);
    root_len = strlen(root);
    action = (enum action)what;
    nth = at;
    error_no = error;
    for_ever = ever;
    log_fd = log;
    with_reads = reads;
    count = 0;
    hit = 0;
    armed = 1;
}

long shim_disarm(void) {
    armed = 0;
    return count;
}

/* The kind of operation that was refused first; 0 when none was. */
int shim_hit(void) { return hit; }

static int ours(const char *path) {
    return armed && path && !strncmp(path, root, root_len);
}

static int path_of(int fd, char *path) {
    char link[64];
    if (!armed) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t size = readlink(link, path, PATH_MAX - 1);
    if (size <= 0) return 0;
    path[size] = 0;
    /* the folder itself is synced too */
    return ours(path) || !strncmp(path, root, root_len - 1);
}

/* Whether the operation is refused; the process may end here. */
static int refused(char op) {
    if (action == TEAR && op != 'w') return 0;
    long place = count++;
    if (action == RECORD || place < nth || (place > nth && !for_ever)) return 0;
    if (action == REFUSE) {
        if (!hit) hit = op;
        errno = error_no;
        return 1;
    }
    if (action == KILL) kill(getpid(), SIGKILL);
    return 0;
}

/* What is still written of a write in which the process ends. */
static size_t torn(size_t size) {
    if (action != TEAR || count - 1 != nth) return 0;
    return size > 1024 ? size / 1024 * 512 : size / 2;
}

static void note(char op, const char *path, const char *other, int64_t offset, const void *data,
                 size_t size) {
    if (log_fd < 0) return;
    int before = errno;
    struct head head = {op, offset, strlen(path), other ? strlen(other) : 0, size};
    if (put(log_fd, &head, sizeof head) < 0 || put(log_fd, path, head.path) < 0 ||
        (other && put(log_fd, other, head.other) < 0) || (size && put(log_fd, data, size) < 0))
        abort();
    errno = before;
}

/* Something that happens between the operations: a receipt was given. */
void shim_mark(int number) {
    if (armed) note('a', "", NULL, number, NULL, 0);
}

static int opened(int (*real)(const char *, int, ...), const char *path, int flags, mode_t mode) {
    if (!ours(path)) return real(path, flags, mode);
    int makes = (flags & O_CREAT) && access(path, F_OK) != 0;
    int cuts = (flags & O_TRUNC) && !makes;
    if ((makes || cuts || with_reads) && refused(makes ? 'o' : cuts ? 't' : 'i')) return -1;
    int fd = real(path, flags, mode);
    if (fd >= 0 && makes) note('o', path, NULL, 0, NULL, 0);
    if (fd >= 0 && cuts) note('t', path, NULL, 0, NULL, 0);
    return fd;
}

#define OPEN(name) \
    int name(const char *path, int flags, ...) { \
        REAL(name, int, const char *, int, ...); \
        mode_t mode = 0; \
        if (flags & O_CREAT) { \
            va_list rest; \
            va_start(rest, flags); \
            mode = va_arg(rest, mode_t); \
            va_end(rest); \
        } \
        return opened(real, path, flags, mode); \
    }
OPEN(open)
OPEN(open64)

ssize_t write(int fd, const void *data, size_t size) {
    char path[PATH_MAX];
    if (!path_of(fd, path)) return put(fd, data, size);
    off_t offset = lseek(fd, 0, SEEK_CUR);
    if (refused('w')) return -1;
    size_t half = torn(size);
    ssize_t done = put(fd, data, half ? half : size);
    if (half) kill(getpid(), SIGKILL);
    if (done > 0) note('w', path, NULL, offset, data, done);
    return done;
}

#define PWRITE(name) \
    ssize_t name(int fd, const void *data, size_t size, off_t offset) { \
        REAL(name, ssize_t, int, const void *, size_t, off_t); \
        char path[PATH_MAX]; \
        if (!path_of(fd, path)) return real(fd, data, size, offset); \
        if (refused('w')) return -1; \
        size_t half = torn(size); \
        ssize_t done = real(fd, data, half ? half : size, offset); \
        if (half) kill(getpid(), SIGKILL); \
        if (done > 0) note('w', path, NULL, offset, data, done); \
        return done; \
    }
PWRITE(pwrite)
PWRITE(pwrite64)

#define READ(name, list, ...) \
    ssize_t name list { \
        REAL(name, ssize_t, int, void *, size_t, ...); \
        char path[PATH_MAX]; \
        if (with_reads && path_of(fd, path) && refused('i')) return -1; \
        return real(__VA_ARGS__); \
    }
READ(read, (int fd, void *data, size_t size), fd, data, size)
READ(pread, (int fd, void *data, size_t size, off_t offset), fd, data, size, offset)
READ(pread64, (int fd, void *data, size_t size, off_t offset), fd, data, size, offset)

/* A call on an open file, and one on a path. */
#define ON_FILE(name, op, argument, list, ...) \
    int name list { \
        REAL(name, int, int, ...); \
        char path[PATH_MAX]; \
        if (!path_of(fd, path)) return real(__VA_ARGS__); \
        if (refused(op)) return -1; \
        int result = real(__VA_ARGS__); \
        if (!result) note(op, path, NULL, argument, NULL, 0); \
        return result; \
    }
ON_FILE(ftruncate, 't', size, (int fd, off_t size), fd, size)
ON_FILE(ftruncate64, 't', size, (int fd, off_t size), fd, size)
ON_FILE(fsync, 's', 0, (int fd), fd)
ON_FILE(fdatasync, 's', 0, (int fd), fd)
ON_FILE(fchmod, 'c', 0, (int fd, mode_t mode), fd, mode)

#define ON_PATH(name, op, list, ...) \
    int name list { \
        REAL(name, int, const char *, ...); \
        if (!ours(path)) return real(__VA_ARGS__); \
        if (refused(op)) return -1; \
        int result = real(__VA_ARGS__); \
        if (!result) note(op, path, NULL, 0, NULL, 0); \
        return result; \
    }
ON_PATH(unlink, 'u', (const char *path), path)
ON_PATH(rmdir, 'd', (const char *path), path)
ON_PATH(mkdir, 'm', (const char *path, mode_t mode), path, mode)
ON_PATH(chmod, 'c', (const char *path, mode_t mode), path, mode)

int rename(const char *from, const char *to) {
    REAL(rename, int, const char *, const char *);
    if (!ours(from) && !ours(to)) return real(from, to);
    if (refused('r')) return -1;
    int result = real(from, to);
    if (!result) note('r', from, to, 0, NULL, 0);
    return result;
}

/* Ways to change a file that are not recorded: whoever takes one must not pass unseen. */
#define UNSEEN(name, is_ours, result, list, types, ...) \
    result name list { \
        REAL(name, result, types); \
        char path[PATH_MAX]; \
        (void)path; \
        if (is_ours) abort(); \
        return real(__VA_ARGS__); \
    }
#define TYPES(...) __VA_ARGS__
UNSEEN(writev, path_of(fd, path), ssize_t, (int fd, const struct iovec *v, int n),
       TYPES(int, const struct iovec *, int), fd, v, n)
UNSEEN(sendfile64, path_of(out, path), ssize_t, (int out, int in, off_t *at, size_t n),
       TYPES(int, int, off_t *, size_t), out, in, at, n)
UNSEEN(copy_file_range, path_of(out, path), ssize_t,
       (int in, off_t *from, int out, off_t *to, size_t n, unsigned flags),
       TYPES(int, off_t *, int, off_t *, size_t, unsigned), in, from, out, to, n, flags)
UNSEEN(link, ours(to), int, (const char *from, const char *to), TYPES(const char *, const char *),
       from, to)
UNSEEN(truncate64, ours(name), int, (const char *name, off_t size), TYPES(const char *, off_t),
       name, size)
UNSEEN(posix_fallocate64, path_of(fd, path), int, (int fd, off_t at, off_t size),
       TYPES(int, off_t, off_t), fd, at, size)
