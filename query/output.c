#include "query/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "query/command.h"

static int open_part(struct output *out, const char *path)
{
	mode_t mask = umask(0);
	umask(mask);
	if (asprintf(&out->part, "%s.XXXXXX", path) < 0)
		out->part = NULL;
	out->path = strdup(path);
	int fd = out->part && out->path ? mkostemp(out->part, O_CLOEXEC) : -1;
	if (fd >= 0 && fchmod(fd, 0666 & ~mask) == 0 && (out->file = fdopen(fd, "wb")))
		return 0;
	complain(-1, "%s: cannot be written: %s", path, strerror(errno));
	if (fd >= 0) {
		close(fd);
		unlink(out->part);
	}
	free(out->part);
	free(out->path);
	return -1;
}

int output_open(struct output *out, const char *path, const char *archive)
{
	struct stat sb, of_archive;
	*out = (struct output) { 0 };
	if (!path || strcmp(path, "-") == 0) {
		if (isatty(STDOUT_FILENO))
			return complain(
				-1, "a capture is not for a terminal: -o FILE, or send it into a pipe");
		out->file = stdout;
		return 0;
	}
	if (stat(path, &sb) < 0)
		return open_part(out, path);
	if (stat(archive, &of_archive) == 0 && sb.st_dev == of_archive.st_dev &&
		sb.st_ino == of_archive.st_ino)
		return complain(-1, "%s: is the archive itself", path);
	if (S_ISREG(sb.st_mode))
		return open_part(out, path);
	if (S_ISDIR(sb.st_mode))
		return complain(-1, "%s: is a folder", path);
	if (!(out->file = fopen(path, "wbe")))
		return complain(-1, "%s: cannot be written: %s", path, strerror(errno));
	return 0;
}

int output_close(struct output *out, bool keep)
{
	int rc = 0;
	if (!out->file)
		return 0;
	if (fflush(out->file) != 0 || ferror(out->file))
		rc = -1;
	if (out->file != stdout && fclose(out->file) != 0)
		rc = -1;
	if (out->part && rc == 0 && keep && rename(out->part, out->path) < 0)
		rc = -1;
	if (rc < 0)
		complain(-1, "%s: could not be written: %s", out->path ? out->path : "the output",
			strerror(errno));
	if (out->part && (rc < 0 || !keep))
		unlink(out->part);
	free(out->part);
	free(out->path);
	*out = (struct output) { 0 };
	return rc;
}
