/*
 * ledger-shim.h - a file system of our own between SQLite and the real one, which fails the n-th call, and an
 * allocator which fails the n-th allocation.
 */
#ifndef LEDGER_SHIM_H
#define LEDGER_SHIM_H

#include "ledger-fixture.h"

#include <stdatomic.h>

/* ---- what fails, and when ------------------------------------------------------------------------ */

/* CHANGE is any of write, sync and truncate. */
enum shim_call { SHIM_NONE, SHIM_READ, SHIM_WRITE, SHIM_SYNC, SHIM_CHANGE };

static _Atomic int	shim_call;	/* which calls count; SHIM_NONE: none */
static _Atomic int	shim_left;	/* calls until the first that fails */
static _Atomic int	shim_failed;	/* how many have */
static _Atomic int	shim_once;	/* only one call fails, not all from there on */
static _Atomic int	shim_code;
static _Atomic int	heap_left;	/* allocations until the first that fails; 0: none does */
static _Atomic int	heap_failed;

static inline void
arm(enum shim_call call, int n, int once, int code)
{
	atomic_store(&shim_failed, 0);
	atomic_store(&shim_left, n);
	atomic_store(&shim_once, once);
	atomic_store(&shim_code, code);
	atomic_store(&shim_call, (int)call);
}

/* How many calls have failed since arm(). */
static inline int
disarm(void)
{
	atomic_store(&shim_call, SHIM_NONE);
	return atomic_load(&shim_failed);
}

static int
shim(enum shim_call call)
{
	int wanted = atomic_load(&shim_call);

	if (wanted != (int)call && (wanted != SHIM_CHANGE || call == SHIM_READ))
		return SQLITE_OK;
	if (atomic_fetch_sub(&shim_left, 1) > 1)
		return SQLITE_OK;
	if (atomic_fetch_add(&shim_failed, 1) > 0 && atomic_load(&shim_once))
		return SQLITE_OK;
	return atomic_load(&shim_code);
}

/* ---- the file system ----------------------------------------------------------------------------- */

struct shim_file {
	sqlite3_file	 base;
	sqlite3_file	*real;		/* lies behind this struct */
};

#define REAL(file)	(((struct shim_file *)(void *)(file))->real)
#define PASS(name, parameters, ...)	\
	static int name parameters { return REAL(file)->pMethods->__VA_ARGS__; }

static int
shim_read(sqlite3_file *file, void *to, int n, sqlite3_int64 at)
{
	int rc = shim(SHIM_READ);

	return rc != SQLITE_OK ? rc : REAL(file)->pMethods->xRead(REAL(file), to, n, at);
}

static int
shim_write(sqlite3_file *file, const void *from, int n, sqlite3_int64 at)
{
	int rc = shim(SHIM_WRITE);

	/* A write that fails has written half. */
	if (rc != SQLITE_OK)
		(void)REAL(file)->pMethods->xWrite(REAL(file), from, n / 2, at);
	return rc != SQLITE_OK ? rc : REAL(file)->pMethods->xWrite(REAL(file), from, n, at);
}

static int
shim_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	int rc = shim(SHIM_CHANGE);

	return rc != SQLITE_OK ? rc : REAL(file)->pMethods->xTruncate(REAL(file), size);
}

static int
shim_sync(sqlite3_file *file, int flags)
{
	int rc = shim(SHIM_SYNC);

	return rc != SQLITE_OK ? rc : REAL(file)->pMethods->xSync(REAL(file), flags);
}

PASS(shim_close, (sqlite3_file *file), xClose(REAL(file)))
PASS(shim_size, (sqlite3_file *file, sqlite3_int64 *size), xFileSize(REAL(file), size))
PASS(shim_lock, (sqlite3_file *file, int lock), xLock(REAL(file), lock))
PASS(shim_unlock, (sqlite3_file *file, int lock), xUnlock(REAL(file), lock))
PASS(shim_reserved, (sqlite3_file *file, int *out), xCheckReservedLock(REAL(file), out))
PASS(shim_control, (sqlite3_file *file, int op, void *arg), xFileControl(REAL(file), op, arg))
PASS(shim_sector, (sqlite3_file *file), xSectorSize(REAL(file)))
PASS(shim_device, (sqlite3_file *file), xDeviceCharacteristics(REAL(file)))
PASS(shim_shm_map, (sqlite3_file *file, int page, int size, int extend, void volatile **to),
    xShmMap(REAL(file), page, size, extend, to))
PASS(shim_shm_lock, (sqlite3_file *file, int at, int n, int flags), xShmLock(REAL(file), at, n, flags))
PASS(shim_shm_unmap, (sqlite3_file *file, int gone), xShmUnmap(REAL(file), gone))

static void
shim_shm_barrier(sqlite3_file *file)
{
	REAL(file)->pMethods->xShmBarrier(REAL(file));
}

static const sqlite3_io_methods shim_methods = {
	.iVersion = 2, .xClose = shim_close, .xRead = shim_read, .xWrite = shim_write,
	.xTruncate = shim_truncate, .xSync = shim_sync, .xFileSize = shim_size, .xLock = shim_lock,
	.xUnlock = shim_unlock, .xCheckReservedLock = shim_reserved, .xFileControl = shim_control,
	.xSectorSize = shim_sector, .xDeviceCharacteristics = shim_device, .xShmMap = shim_shm_map,
	.xShmLock = shim_shm_lock, .xShmBarrier = shim_shm_barrier, .xShmUnmap = shim_shm_unmap,
};

static int
shim_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *flags_r)
{
	struct shim_file *f = (struct shim_file *)(void *)file;
	sqlite3_vfs *real = vfs->pAppData;
	int rc;

	f->real = (sqlite3_file *)(f + 1);
	rc = real->xOpen(real, name, f->real, flags, flags_r);
	f->base.pMethods = f->real->pMethods == NULL ? NULL : &shim_methods;
	return rc;
}

/* ---- the memory ---------------------------------------------------------------------------------- */

static sqlite3_mem_methods heap_real;

static bool
heap_fails(void)
{
	int left = atomic_load(&heap_left);

	if (left == 0)
		return false;
	if (left > 1) {
		atomic_store(&heap_left, left - 1);
		return false;
	}
	atomic_fetch_add(&heap_failed, 1);
	return true;
}

static void *
heap_malloc(int n)
{
	return heap_fails() ? NULL : heap_real.xMalloc(n);
}

static void *
heap_realloc(void *old, int n)
{
	return heap_fails() ? NULL : heap_real.xRealloc(old, n);
}

static inline int
shim_setup(void **state)
{
	static sqlite3_vfs vfs;		/* SQLite keeps it */
	sqlite3_mem_methods heap;

	(void)state;
	assert_int_equal(sqlite3_config(SQLITE_CONFIG_GETMALLOC, &heap_real), SQLITE_OK);
	heap = heap_real;
	heap.xMalloc = heap_malloc;
	heap.xRealloc = heap_realloc;
	assert_int_equal(sqlite3_config(SQLITE_CONFIG_MALLOC, &heap), SQLITE_OK);
	vfs = *sqlite3_vfs_find(NULL);
	vfs.pAppData = sqlite3_vfs_find(NULL);
	vfs.zName = "shim";
	vfs.pNext = NULL;
	vfs.szOsFile += (int)sizeof(struct shim_file);
	vfs.xOpen = shim_open;
	assert_int_equal(sqlite3_vfs_register(&vfs, 1), SQLITE_OK);
	return 0;
}

#endif
