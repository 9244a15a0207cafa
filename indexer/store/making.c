#include "indexer/store/making.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "schema/archive.h"

enum { STEP_MS = 100 };

bool making_name(char *out, size_t size, const char *path)
{
	int n = snprintf(out, size, "%s-new", path);
	return n > 0 && (size_t)n < size;
}

/* Is the file that is open the one of this name still? */
static bool is_named(int fd, const char *name)
{
	struct stat open_one, named;
	return fstat(fd, &open_one) == 0 && stat(name, &named) == 0 && open_one.st_ino == named.st_ino &&
	       open_one.st_dev == named.st_dev;
}

/* Wait for the file's lock. 0, or -1 with errno: EINTR when nobody wants to wait any more. */
static int lock(int fd, const char *path)
{
	for (unsigned ms = 0; flock(fd, LOCK_EX | LOCK_NB) < 0; ms += STEP_MS) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return -1;
		if (archive_on_wait && !archive_on_wait(path, ms)) {
			errno = EINTR;
			return -1;
		}
		usleep(STEP_MS * 1000);
	}
	return 0;
}

static int refuse(int fd, const char *path, const char *what, const char *why, char *message, size_t size)
{
	snprintf(message, size, "%s: %s: %s", path, what, why);
	if (fd >= 0)
		close(fd);
	return -2;
}

/* ext4 writes a file that was cut off to the disk when it is closed, whole, and lets the process wait: what
 * is empty is not cut off. */
static int make_empty(int fd)
{
	struct stat sb;
	return fstat(fd, &sb) == 0 && (sb.st_size == 0 || ftruncate(fd, 0) == 0) ? 0 : -1;
}

int making_begin(const char *path, char *message, size_t size)
{
	char name[PATH_MAX];
	struct stat sb;
	if (!making_name(name, sizeof(name), path))
		return refuse(-1, path, "cannot be made", strerror(ENAMETOOLONG), message, size);
	while (lstat(path, &sb) < 0) {
		if (errno != ENOENT)
			return refuse(-1, path, "cannot be made", strerror(errno), message, size);
		/* Captures hold private traffic: the file is its owner's alone. */
		int fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
		if (fd < 0)
			return refuse(fd, path, "cannot be made", strerror(errno), message, size);
		if (lock(fd, path) < 0)
			return refuse(fd, path, "cannot be made",
				errno == EINTR ? "another process is making it" : strerror(errno), message,
				size);
		/* Who had the lock before may have given the file its name, or removed it. */
		if (is_named(fd, name) && lstat(path, &sb) < 0 && errno == ENOENT) {
			if (make_empty(fd) == 0 && fchmod(fd, 0600) == 0)
				return fd;
			return refuse(fd, path, "cannot be made", strerror(errno), message, size);
		}
		close(fd);
	}
	return -1;
}

/* A name is on the disk when its folder is. Some file systems cannot do that, and need not. */
static void sync_folder(const char *path)
{
	char *copy = strdup(path);
	int fd = copy ? open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	free(copy);
	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
}

int making_publish(int fd, const char *path, char *message, size_t size)
{
	char name[PATH_MAX];
	int rc = making_name(name, sizeof(name), path) ? fdatasync(fd) : -1;
	/* What somebody put there meanwhile is not ours to replace: link(2) refuses, where rename(2) would
	 * not. */
	if (rc == 0 && (rc = link(name, path)) == 0)
		unlink(name);
	else if (rc < 0 && (errno == EPERM || errno == EOPNOTSUPP) && access(path, F_OK) < 0)
		rc = rename(name, path); /* a file system without links */
	if (rc < 0) {
		snprintf(message, size, "%s: cannot be put in its place: %s", path, strerror(errno));
		return -1;
	}
	sync_folder(path);
	close(fd);
	return 0;
}

void making_drop(int fd, const char *path)
{
	char name[PATH_MAX];
	if (making_name(name, sizeof(name), path) && is_named(fd, name))
		unlink(name);
	close(fd);
}
