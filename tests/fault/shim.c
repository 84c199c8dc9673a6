/*
 * Faults from outside, loaded before the program's libraries (LD_PRELOAD): the system calls and
 * library functions the program leans on, each able to fail, to wait, or to lie about the time.
 * The program itself is the one that is shipped.
 *
 * Steered through a small file, HOOL_FAULTS, mapped by the program and written by the test: 64-bit
 * integers in the places of enum cell. A countdown of n makes the n-th call of the chosen kind
 * fail, once; `met` counts the failures. Memory fails only where the program itself and the
 * libraries that can bear it ask for it: GLib, beneath the drawing of letters, ends the process by
 * its own design.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum cell {
	KIND,	     /* enum kind */
	COUNTDOWN,   /* calls until the one that fails; 0: none */
	MET,	     /* failures so far */
	CLOCK,	     /* seconds added to the time of day */
	WRITE_DELAY, /* microseconds each write to a file waits */
	SYNC_DELAY,  /* the same for a sync */
	FULL,	     /* 1: the disk is full: a file that would grow does not */
	CELLS
};
enum kind { NOTHING, STEP, WRITE, SYNC, MEMORY, SOCKET, READ };

/* The parts of the program that must bear a lack of memory, by their file names. */
static const char *const BEARING[] = { "/hool", "libsqlite3.", "libmicrohttpd.", "libxml2.",
				       "libzip.", "libyaml-" };
#define MAX_RANGES 16

struct range {
	uintptr_t from, to;
};

static atomic_llong dummy[CELLS];
static atomic_llong *cells = dummy;
static struct range bearing[MAX_RANGES];
static int nbearing;

/* ---- the real functions; libc's own memory is under another name too ---- */

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *p, size_t size);

#define REAL(name)                                        \
	static __typeof__(name) *real;                    \
	if (real == NULL) {                               \
		void *found = dlsym(RTLD_NEXT, #name);    \
		memcpy(&real, &found, sizeof(real));      \
	}

static int
note_range(struct dl_phdr_info *info, size_t size, void *arg)
{
	bool is = info->dlpi_name[0] == '\0'; /* the program itself */

	(void)size, (void)arg;
	for (size_t i = 0; i < sizeof(BEARING) / sizeof(BEARING[0]); i++)
		is = is || strstr(info->dlpi_name, BEARING[i]) != NULL;
	for (int i = 0; is && i < info->dlpi_phnum && nbearing < MAX_RANGES; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];
		uintptr_t from = info->dlpi_addr + p->p_vaddr;

		if (p->p_type == PT_LOAD && (p->p_flags & PF_X) != 0)
			bearing[nbearing++] = (struct range){ from, from + p->p_memsz };
	}
	return 0;
}

__attribute__((constructor)) static void
begin(void)
{
	const char *path = getenv("HOOL_FAULTS");
	int fd = path == NULL ? -1 : open(path, O_RDWR | O_CLOEXEC);
	void *p;

	(void)dl_iterate_phdr(note_range, NULL);
	if (fd < 0)
		return;
	p = mmap(NULL, CELLS * sizeof(int64_t), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	(void)close(fd);
	if (p != MAP_FAILED)
		cells = p;
}

static bool
due(enum kind kind)
{
	if (cells[KIND] != (long long)kind || cells[COUNTDOWN] <= 0 ||
	    atomic_fetch_sub(&cells[COUNTDOWN], 1) != 1)
		return false;
	atomic_fetch_add(&cells[MET], 1);
	return true;
}

static void
wait_cell(enum cell cell)
{
	long long us = cells[cell];
	struct timespec t = { us / 1000000, us % 1000000 * 1000 };

	if (us > 0)
		(void)nanosleep(&t, NULL);
}

/* ---- memory ---- */

static bool
must_bear(const void *caller)
{
	uintptr_t at = (uintptr_t)caller;

	for (int i = 0; i < nbearing; i++)
		if (at >= bearing[i].from && at < bearing[i].to)
			return true;
	return false;
}

#define NO_MEMORY (cells[KIND] == MEMORY && must_bear(__builtin_return_address(0)) && due(MEMORY))

void *
malloc(size_t size)
{
	if (NO_MEMORY) {
		errno = ENOMEM;
		return NULL;
	}
	return __libc_malloc(size);
}

void *
calloc(size_t n, size_t size)
{
	if (NO_MEMORY) {
		errno = ENOMEM;
		return NULL;
	}
	return __libc_calloc(n, size);
}

void *
realloc(void *p, size_t size)
{
	if (NO_MEMORY) {
		errno = ENOMEM;
		return NULL;
	}
	return __libc_realloc(p, size);
}

/* ---- files ---- */

static bool
is_file(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

/* Would these bytes make the file longer on a disk that is full? */
static bool
no_room(int fd, size_t n, off_t at)
{
	struct stat st;

	return cells[FULL] != 0 && fstat(fd, &st) == 0 && at + (off_t)n > st.st_size;
}

/* A write that is made to fail is torn: half of it reaches the file. */
ssize_t
pwrite64(int fd, const void *bytes, size_t n, off64_t at)
{
	REAL(pwrite64)

	wait_cell(WRITE_DELAY);
	if (no_room(fd, n, at)) {
		errno = ENOSPC;
		return -1;
	}
	if (due(WRITE)) {
		if (n > 1)
			(void)real(fd, bytes, n / 2, at);
		errno = n % 2 == 0 ? EIO : ENOSPC;
		return -1;
	}
	return real(fd, bytes, n, at);
}

ssize_t
pwrite(int fd, const void *bytes, size_t n, off_t at)
{
	return pwrite64(fd, bytes, n, at);
}

ssize_t
pread64(int fd, void *bytes, size_t n, off64_t at)
{
	REAL(pread64)

	if (due(READ)) {
		errno = EIO;
		return -1;
	}
	return real(fd, bytes, n, at);
}

ssize_t
pread(int fd, void *bytes, size_t n, off_t at)
{
	return pread64(fd, bytes, n, at);
}

int
ftruncate64(int fd, off64_t size)
{
	REAL(ftruncate64)

	if (due(WRITE)) {
		errno = EIO;
		return -1;
	}
	return real(fd, size);
}

int
ftruncate(int fd, off_t size)
{
	return ftruncate64(fd, size);
}

int
fsync(int fd)
{
	REAL(fsync)

	wait_cell(SYNC_DELAY);
	if (due(SYNC)) {
		errno = EIO;
		return -1;
	}
	return real(fd);
}

int
fdatasync(int fd)
{
	REAL(fdatasync)

	wait_cell(SYNC_DELAY);
	if (due(SYNC)) {
		errno = EIO;
		return -1;
	}
	return real(fd);
}

/* ---- sockets ---- */

ssize_t
recvfrom(int fd, void *restrict bytes, size_t n, int flags, struct sockaddr *restrict from,
	 socklen_t *restrict len)
{
	REAL(recvfrom)

	if (due(SOCKET)) {
		errno = ECONNRESET;
		return -1;
	}
	return real(fd, bytes, n, flags, from, len);
}

ssize_t
send(int fd, const void *bytes, size_t n, int flags)
{
	REAL(send)

	if (due(SOCKET)) {
		errno = EPIPE;
		return -1;
	}
	return real(fd, bytes, n, flags);
}

ssize_t
sendmsg(int fd, const struct msghdr *m, int flags)
{
	REAL(sendmsg)

	if (due(SOCKET)) {
		errno = ECONNRESET;
		return -1;
	}
	return real(fd, m, flags);
}

ssize_t
writev(int fd, const struct iovec *v, int n)
{
	REAL(writev)

	if (!is_file(fd) && due(SOCKET)) {
		errno = ECONNRESET;
		return -1;
	}
	return real(fd, v, n);
}

int
accept4(int fd, struct sockaddr *restrict from, socklen_t *restrict len, int flags)
{
	REAL(accept4)

	if (due(SOCKET)) {
		errno = EMFILE;
		return -1;
	}
	return real(fd, from, len, flags);
}

/* ---- the clock ---- */

int
clock_gettime(clockid_t id, struct timespec *t)
{
	int code;
	REAL(clock_gettime)

	code = real(id, t);
	if (code == 0 && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE))
		t->tv_sec += cells[CLOCK];
	return code;
}

time_t
time(time_t *ret)
{
	struct timespec t = { 0 };

	(void)clock_gettime(CLOCK_REALTIME, &t);
	if (ret != NULL)
		*ret = t.tv_sec;
	return t.tv_sec;
}

int
gettimeofday(struct timeval *restrict ret, void *restrict zone)
{
	struct timespec t = { 0 };

	(void)zone;
	(void)clock_gettime(CLOCK_REALTIME, &t);
	*ret = (struct timeval){ t.tv_sec, t.tv_nsec / 1000 };
	return 0;
}

/* ---- SQLite ---- */

struct sqlite3_stmt;
const char *sqlite3_sql(struct sqlite3_stmt *q);
int sqlite3_step(struct sqlite3_stmt *q);

/* A rollback cannot fail in SQLite itself, and what cannot fail is not made to. */
int
sqlite3_step(struct sqlite3_stmt *q)
{
	const char *sql = sqlite3_sql(q);
	REAL(sqlite3_step)

	if (sql != NULL && strncmp(sql, "ROLLBACK", 8) != 0 && due(STEP))
		return 10 | (1 << 8); /* SQLITE_IOERR_READ */
	return real(q);
}
