/*
 * Is the database still where it was? A file that is moved away, deleted or replaced beneath a
 * running program goes on taking writes, into a file nobody will find again. So before a group of
 * writes and after its commit the names are held against the open files: the database and its log.
 */
#include "db/db_int.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

/* What the name leads to; false if that cannot be told. A missing file is told as number 0. */
static bool
look(const char *path, struct file_place *ret)
{
	struct stat st;

	if (stat(path, &st) != 0) {
		*ret = (struct file_place){ 0, 0 };
		return errno == ENOENT || errno == ENOTDIR;
	}
	*ret = (struct file_place){ st.st_dev, st.st_ino };
	return true;
}

/* The first look remembers the place; later ones compare. What cannot be looked at is no proof. */
static bool
same(const char *path, struct file_place *known)
{
	struct file_place now;

	if (!look(path, &now))
		return true;
	if (known->inode == 0)
		*known = now;
	return now.inode == known->inode && now.device == known->device;
}

bool
store_present(struct db *db)
{
	return same(db->path, &db->file) && same(db->log_path, &db->log);
}
