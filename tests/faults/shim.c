/* Has operations on files fail or take long, for tests. Preloaded into a process:

       SWATH_FAULTS='OPERATION PATTERN ERRNO SKIP COUNT DELAY_US; ...' LD_PRELOAD=./shim.so COMMAND

   Of the operations on files whose absolute path matches the pattern of fnmatch(3), SKIP go well; the next COUNT (all,
   where negative) take DELAY_US microseconds longer, and then fail with ERRNO, unless that is 0. Each process counts by
   itself. Operations: open, read, write, sync, rename, mkdir, unlink. */

#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_FAULTS 16

struct fault {
    char operation[16], pattern[400];
    int error;
    long skip, count, delay_us, seen;
};

static struct fault faults[MAX_FAULTS];
static int fault_count;

__attribute__((constructor)) static void parse(void) {
    const char *text = getenv("SWATH_FAULTS");
    while (text && *text && fault_count < MAX_FAULTS) {
        struct fault *fault = &faults[fault_count];
        if (sscanf(text, " %15s %399s %d %ld %ld %ld", fault->operation, fault->pattern, &fault->error, &fault->skip,
                   &fault->count, &fault->delay_us) == 6)
            fault_count++;
        text = strchr(text, ';');
        text = text ? text + 1 : NULL;
    }
}

/* The error of an operation, 0 where it goes well; errno is left alone. */
static int error_of(const char *operation, const char *path) {
    for (int at = 0; at < fault_count; at++) {
        struct fault *fault = &faults[at];
        if (strcmp(fault->operation, operation) != 0 || fnmatch(fault->pattern, path, 0) != 0)
            continue;
        long number = __atomic_fetch_add(&fault->seen, 1, __ATOMIC_SEQ_CST) - fault->skip;
        if (number < 0 || (fault->count >= 0 && number >= fault->count))
            continue;
        if (fault->delay_us)
            usleep(fault->delay_us);
        if (fault->error)
            return fault->error;
    }
    return 0;
}

static int error_of_file(const char *operation, int file) {
    char link[40], path[4096];
    if (!fault_count)
        return 0;
    int saved = errno;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    errno = saved;
    if (length <= 0)
        return 0;
    path[length] = 0;
    return error_of(operation, path);
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define FAIL_PATH(operation, path) \
    do { int error = error_of(operation, path); if (error) { errno = error; return -1; } } while (0)
#define FAIL_FILE(operation, file) \
    do { int error = error_of_file(operation, file); if (error) { errno = error; return -1; } } while (0)

int open64(const char *path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = va_arg(arguments, mode_t);
    va_end(arguments);
    FAIL_PATH("open", path);
    return NEXT(open64)(path, flags, mode);
}

ssize_t read(int file, void *buffer, size_t size) {
    FAIL_FILE("read", file);
    return NEXT(read)(file, buffer, size);
}

ssize_t pread64(int file, void *buffer, size_t size, off64_t offset) {
    FAIL_FILE("read", file);
    return NEXT(pread64)(file, buffer, size, offset);
}

ssize_t write(int file, const void *buffer, size_t size) {
    FAIL_FILE("write", file);
    return NEXT(write)(file, buffer, size);
}

int fsync(int file) {
    FAIL_FILE("sync", file);
    return NEXT(fsync)(file);
}

int fdatasync(int file) {
    FAIL_FILE("sync", file);
    return NEXT(fdatasync)(file);
}

int rename(const char *from, const char *to) {
    FAIL_PATH("rename", to);
    return NEXT(rename)(from, to);
}

int mkdir(const char *path, mode_t mode) {
    FAIL_PATH("mkdir", path);
    return NEXT(mkdir)(path, mode);
}

int unlink(const char *path) {
    FAIL_PATH("unlink", path);
    return NEXT(unlink)(path);
}
