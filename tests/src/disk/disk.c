// A disk and a clock that misbehave, for a program that is started with LD_PRELOAD.
//
// On the disk lies what is below the folder DISK_UNDER. The folder DISK_AT says how it behaves (orders) and holds what would
// be left if the power failed now: for each file, by the number of its inode, what it held when it was last synced. Names,
// unlike contents, are taken to be safe at once. DISK_CLOCK is how many seconds the time of day is put forward; timers
// and SQLite's own time, which ask otherwise, go on as they are.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

// As in mod.rs, which writes them while the program runs.
struct orders {
    _Atomic int32_t full;           // 1: nothing can be written
    _Atomic int32_t failing;        // so many syncs fail
    _Atomic int32_t forgetful;      // 1: a sync does nothing and says that it did
    _Atomic int32_t refused_writes; // counted here
    _Atomic int32_t failed_syncs;   // counted here
    char whose[44];                 // the first two concern files whose path ends so, or has it inside if a slash ends it
};

static struct orders *orders;
static char under[PATH_MAX], at[PATH_MAX - 64];
static size_t under_length;
static dev_t device;
static long ahead;

__attribute__((constructor)) static void begin(void) {
    const char *clock = getenv("DISK_CLOCK"), *folder = getenv("DISK_UNDER"), *place = getenv("DISK_AT");
    struct stat about;
    ahead = clock ? strtol(clock, NULL, 10) : 0;
    if (!folder || !place || !realpath(folder, under) || stat(under, &about) || strlen(place) >= sizeof at)
        return;
    strcpy(at, place);
    under_length = strlen(under);
    device = about.st_dev;
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/orders", at);
    int file = open(path, O_RDWR | O_CLOEXEC);
    void *mapped = file < 0 ? MAP_FAILED : mmap(NULL, sizeof *orders, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (file >= 0)
        close(file);
    if (mapped != MAP_FAILED)
        orders = mapped;
}

// Whether the file is on the disk, and whether the orders are about it.
static int is_here(int file, int *is_meant) {
    char link[40], path[PATH_MAX];
    if (!orders)
        return 0;
    int before = errno;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    errno = before;
    if (length <= (ssize_t)under_length)
        return 0;
    path[length] = 0;
    if (strncmp(path, under, under_length) || path[under_length] != '/')
        return 0;
    size_t wanted = strnlen(orders->whose, sizeof orders->whose);
    if (wanted && orders->whose[wanted - 1] == '/')
        *is_meant = strstr(path, orders->whose) != NULL;
    else
        *is_meant = (size_t)length >= wanted && !strcmp(path + length - wanted, orders->whose);
    return 1;
}

static int is_full_for(int file) {
    int is_meant = 0;
    if (!orders || !orders->full || !is_here(file, &is_meant) || !is_meant)
        return 0;
    orders->refused_writes++;
    errno = ENOSPC;
    return 1;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define REFUSED_WHEN_FULL(type, name, parameters, ...)       \
    type name parameters {                                    \
        static __typeof__(&name) real;                        \
        if (is_full_for(file))                                \
            return -1;                                        \
        real = real ? real : REAL(name);                      \
        return real(__VA_ARGS__);                             \
    }
REFUSED_WHEN_FULL(ssize_t, write, (int file, const void *bytes, size_t length), file, bytes, length)
REFUSED_WHEN_FULL(ssize_t, pwrite, (int file, const void *bytes, size_t length, off_t place), file, bytes, length, place)
REFUSED_WHEN_FULL(ssize_t, pwrite64, (int file, const void *bytes, size_t length, off64_t place), file, bytes, length, place)
REFUSED_WHEN_FULL(ssize_t, writev, (int file, const struct iovec *parts, int count), file, parts, count)
REFUSED_WHEN_FULL(ssize_t, pwritev, (int file, const struct iovec *parts, int count, off_t place), file, parts, count, place)
REFUSED_WHEN_FULL(ssize_t, pwritev64, (int file, const struct iovec *parts, int count, off64_t place), file, parts, count, place)

int posix_fallocate(int file, off_t place, off_t length) {
    return is_full_for(file) ? ENOSPC : REAL(posix_fallocate)(file, place, length);
}

int posix_fallocate64(int file, off64_t place, off64_t length) {
    return is_full_for(file) ? ENOSPC : REAL(posix_fallocate64)(file, place, length);
}

// Copies what the file holds now beside the others. One at a time over all processes, so that nothing older comes last.
static int keep(int file) {
    static char bytes[1 << 18];
    char path[PATH_MAX], new[PATH_MAX];
    struct stat about;
    if (fstat(file, &about) || !S_ISREG(about.st_mode) || !about.st_nlink)
        return 0;
    snprintf(path, sizeof path, "%s/lock", at);
    int lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    flock(lock, LOCK_EX);
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    int from = open(path, O_RDONLY | O_CLOEXEC);
    snprintf(new, sizeof new, "%s/synced/new", at);
    int to = open(new, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    ssize_t length = from < 0 || to < 0 ? -1 : 1;
    while (length > 0) {
        length = read(from, bytes, sizeof bytes);
        if (length > 0 && syscall(SYS_write, to, bytes, length) != length)
            length = -1;
    }
    snprintf(path, sizeof path, "%s/synced/%lu", at, (unsigned long)about.st_ino);
    int failed = length < 0 || REAL(rename)(new, path);
    close(from);
    close(to);
    close(lock);
    if (failed)
        errno = EIO;
    return failed ? -1 : 0;
}

static int sync_file(int file, int (*real)(int)) {
    int is_meant = 0;
    if (!is_here(file, &is_meant))
        return real(file);
    if (is_meant && orders->failing > 0) {
        orders->failing--;
        orders->failed_syncs++;
        errno = EIO;
        return -1;
    }
    return orders->forgetful ? 0 : keep(file);
}

int fsync(int file) { return sync_file(file, REAL(fsync)); }
int fdatasync(int file) { return sync_file(file, REAL(fdatasync)); }

// The number of an inode that is gone is given to others.
static void forget(const struct stat *gone) {
    char path[PATH_MAX];
    if (gone->st_dev != device || gone->st_nlink != 1)
        return;
    snprintf(path, sizeof path, "%s/synced/%lu", at, (unsigned long)gone->st_ino);
    REAL(unlink)(path);
}

int unlink(const char *path) {
    struct stat about;
    int is_there = orders && !lstat(path, &about);
    int failed = REAL(unlink)(path), why = errno;
    if (!failed && is_there)
        forget(&about);
    errno = why;
    return failed;
}

int rename(const char *old, const char *new) {
    struct stat about, mine;
    int is_there = orders && !lstat(new, &about) && !lstat(old, &mine) && about.st_ino != mine.st_ino;
    int failed = REAL(rename)(old, new), why = errno;
    if (!failed && is_there)
        forget(&about);
    errno = why;
    return failed;
}

int clock_gettime(clockid_t clock, struct timespec *time) {
    static int (*real)(clockid_t, struct timespec *);
    real = real ? real : REAL(clock_gettime);
    int failed = real(clock, time);
    if (!failed && clock == CLOCK_REALTIME)
        time->tv_sec += ahead;
    return failed;
}
