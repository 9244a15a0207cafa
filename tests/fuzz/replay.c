/* Where there is no libFuzzer: run every file given, and every file of a folder given, through the target. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "tests/fuzz/fuzz.h"

static int run_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	struct stat st;
	if (!file || fstat(fileno(file), &st) < 0) {
		perror(path);
		if (file)
			fclose(file);
		return 1;
	}
	size_t size = (size_t)st.st_size;
	uint8_t *octets = malloc(size ? size : 1);
	int rc = !octets || fread(octets, 1, size, file) != size;
	fclose(file);
	if (rc == 0)
		LLVMFuzzerTestOneInput(octets, size);
	else
		perror(path);
	free(octets);
	return rc;
}

int main(int argc, char **argv)
{
	int wrong = 0;
	for (int i = 1; i < argc; i++) {
		DIR *folder = opendir(argv[i]);
		if (!folder) {
			wrong |= run_file(argv[i]);
			continue;
		}
		for (struct dirent *e; (e = readdir(folder));) {
			char path[4096];
			if (e->d_name[0] == '.')
				continue;
			snprintf(path, sizeof(path), "%s/%s", argv[i], e->d_name);
			wrong |= run_file(path);
		}
		closedir(folder);
	}
	return wrong;
}
