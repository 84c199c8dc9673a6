/*
 * Faults on purpose: a countdown over statement steps, commits, and the writes, syncs and
 * truncations of files. The last come through a thin layer over SQLite's access to the system's
 * files; it is always there, since a layer that only tests use would leave the real one untested.
 * A write that is made to fail is torn: half of it reaches the file.
 */
#include "db/db_int.h"

#include <stddef.h>

struct file {
	sqlite3_file base;
	sqlite3_file *real;   /* lies behind this struct, in the same memory */
	sqlite3_int64 mapped; /* size of the file when it was mapped; 0: it is not */
};

static atomic_long countdown;
static sqlite3_vfs layer;

long
db_fault_after(long n)
{
	return atomic_exchange(&countdown, n);
}

bool
fault_due(void)
{
	if (atomic_load_explicit(&countdown, memory_order_relaxed) <= 0)
		return false;
	return atomic_fetch_sub(&countdown, 1) == 1;
}

static sqlite3_file *
real(sqlite3_file *f)
{
	return ((struct file *)f)->real;
}

static int
file_close(sqlite3_file *f)
{
	return real(f)->pMethods->xClose(real(f));
}

static int
file_read(sqlite3_file *f, void *into, int n, sqlite3_int64 at)
{
	return real(f)->pMethods->xRead(real(f), into, n, at);
}

static int
file_write(sqlite3_file *f, const void *from, int n, sqlite3_int64 at)
{
	if (fault_due()) {
		(void)real(f)->pMethods->xWrite(real(f), from, n / 2, at);
		return at % 3 == 0 ? SQLITE_FULL : SQLITE_IOERR_WRITE;
	}
	return real(f)->pMethods->xWrite(real(f), from, n, at);
}

static int
file_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	return fault_due() ? SQLITE_IOERR_TRUNCATE : real(f)->pMethods->xTruncate(real(f), size);
}

static int
file_sync(sqlite3_file *f, int flags)
{
	return fault_due() ? SQLITE_IOERR_FSYNC : real(f)->pMethods->xSync(real(f), flags);
}

static int
file_size(sqlite3_file *f, sqlite3_int64 *ret)
{
	return real(f)->pMethods->xFileSize(real(f), ret);
}

static int
file_lock(sqlite3_file *f, int level)
{
	return real(f)->pMethods->xLock(real(f), level);
}

static int
file_unlock(sqlite3_file *f, int level)
{
	return real(f)->pMethods->xUnlock(real(f), level);
}

static int
file_check_lock(sqlite3_file *f, int *ret)
{
	return real(f)->pMethods->xCheckReservedLock(real(f), ret);
}

static int
file_control(sqlite3_file *f, int op, void *arg)
{
	return real(f)->pMethods->xFileControl(real(f), op, arg);
}

static int
file_sector(sqlite3_file *f)
{
	return real(f)->pMethods->xSectorSize(real(f));
}

static int
file_device(sqlite3_file *f)
{
	return real(f)->pMethods->xDeviceCharacteristics(real(f));
}

static int
file_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **ret)
{
	return real(f)->pMethods->xShmMap(real(f), page, size, extend, ret);
}

static int
file_shm_lock(sqlite3_file *f, int offset, int n, int flags)
{
	return real(f)->pMethods->xShmLock(real(f), offset, n, flags);
}

static void
file_shm_barrier(sqlite3_file *f)
{
	real(f)->pMethods->xShmBarrier(real(f));
}

static int
file_shm_unmap(sqlite3_file *f, int erase)
{
	return real(f)->pMethods->xShmUnmap(real(f), erase);
}

static int
file_fetch(sqlite3_file *f, sqlite3_int64 at, int n, void **ret)
{
	struct file *file = (struct file *)f;
	int code = real(f)->pMethods->xFetch(real(f), at, n, ret);

	if (code == SQLITE_OK && *ret != NULL && file->mapped == 0)
		code = file_size(f, &file->mapped);
	return code;
}

/*
 * After every commit of another connection SQLite lets go of the whole mapping (p is NULL), since
 * on some systems a file that was cut and has grown again no longer lies beneath it. On Linux it
 * does, and faulting all pages in again would cost more than a list of fifty rows. So the mapping
 * is kept while the file is as long as it was, and made anew when it has grown by a sixteenth.
 */
static int
file_unfetch(sqlite3_file *f, sqlite3_int64 at, void *p)
{
	struct file *file = (struct file *)f;
	sqlite3_int64 size;

	if (p == NULL && file->mapped > 0) {
		if (file_size(f, &size) == SQLITE_OK && size >= file->mapped &&
		    size - file->mapped <= file->mapped / 16)
			return SQLITE_OK;
		file->mapped = 0;
	}
	return real(f)->pMethods->xUnfetch(real(f), at, p);
}

static const sqlite3_io_methods METHODS = {
	.iVersion = 3,
	.xClose = file_close,
	.xRead = file_read,
	.xWrite = file_write,
	.xTruncate = file_truncate,
	.xSync = file_sync,
	.xFileSize = file_size,
	.xLock = file_lock,
	.xUnlock = file_unlock,
	.xCheckReservedLock = file_check_lock,
	.xFileControl = file_control,
	.xSectorSize = file_sector,
	.xDeviceCharacteristics = file_device,
	.xShmMap = file_shm_map,
	.xShmLock = file_shm_lock,
	.xShmBarrier = file_shm_barrier,
	.xShmUnmap = file_shm_unmap,
	.xFetch = file_fetch,
	.xUnfetch = file_unfetch,
};

static int
layer_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags, int *ret_flags)
{
	sqlite3_vfs *system = vfs->pAppData;
	struct file *file = (struct file *)f;
	int code;

	file->base.pMethods = NULL;
	file->mapped = 0;
	file->real = (sqlite3_file *)(file + 1);
	code = system->xOpen(system, name, file->real, flags, ret_flags);
	if (file->real->pMethods == NULL)
		return code;
	if (file->real->pMethods->iVersion < 3)
		BUG("SQLite's file access is too old");
	file->base.pMethods = &METHODS;
	return code;
}

int
fault_vfs_register(void)
{
	sqlite3_vfs *system = sqlite3_vfs_find(NULL);

	if (system == NULL)
		return SQLITE_ERROR;
	layer = *system;
	layer.pNext = NULL;
	layer.pAppData = system;
	layer.zName = FAULT_VFS;
	layer.szOsFile += (int)sizeof(struct file);
	layer.xOpen = layer_open;
	return sqlite3_vfs_register(&layer, 0);
}
