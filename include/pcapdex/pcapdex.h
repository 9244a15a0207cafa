/* libpcapdex: index packet captures into an SQLite archive, from a C program.
 *
 *     char message[PCAPDEX_MESSAGE];
 *     struct pcapdex *archive;
 *     if (pcapdex_open(&archive, "course.db", message) != 0)
 *             die(message);
 *     struct pcapdex_result result;
 *     enum pcapdex_status status = pcapdex_index(archive, "lab1.pcapng", NULL, &result);
 *     printf("%llu frames: %s\n", result.frames, result.message);
 *     pcapdex_close(archive);
 *
 * Questions are asked with query.h, or with sqlite3_open_v2() and the views. One archive
 * handle belongs to one thread at a time; several handles, threads and processes may work on one archive:
 * writers wait for each other. */
#ifndef PCAPDEX_PCAPDEX_H
#define PCAPDEX_PCAPDEX_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PCAPDEX_MESSAGE 640 /* octets of a message buffer, its NUL included */

/* Version of the library, "1.2.3". Static. */
const char *pcapdex_version(void);

struct pcapdex; /* an archive opened for writing */

/* Open `path` (UTF-8), or make it (readable by its owner alone). 0, or -1: *out is NULL and message says why,
 * naming the file. The caller closes it. */
int pcapdex_open(struct pcapdex **out, const char *path, char message[PCAPDEX_MESSAGE]);

/* Close; NULL is allowed. What was not committed is undone. */
void pcapdex_close(struct pcapdex *archive);

struct pcapdex_tag {
	const char *key, *value; /* UTF-8; values are text: "007" stays "007" */
};

struct pcapdex_options {
	const char *bpf; /* keep only frames that match this libpcap filter expression; NULL all */
	const struct pcapdex_tag *tags; /* ntags of them, kept with the capture */
	unsigned ntags;
	/* Called every few thousand frames with the frames so far and the octets of the file read of how many
	 * (0: unknown, a pipe). Non-zero cancels: the archive is then as it was. NULL: not called. */
	int (*progress)(void *ctx, const char *path, uint64_t frames, uint64_t done, uint64_t total);
	void *progress_ctx;
};

enum pcapdex_status {
	PCAPDEX_OK = 0,      /* indexed */
	PCAPDEX_ALREADY = 1, /* the same octets, with the same bpf, are in the archive: nothing was done */
	PCAPDEX_DAMAGED = 2, /* indexed up to where the file is damaged; message says where and why */
	PCAPDEX_NOT_A_CAPTURE = 3,
	PCAPDEX_UNREADABLE = 4,     /* the file, its compression, or the bpf expression */
	PCAPDEX_ARCHIVE_FAILED = 5, /* the archive cannot be written (disk full ...): it is as it was */
	PCAPDEX_CANCELLED = 6
};

struct pcapdex_result {
	int64_t capture_id; /* in table `capture`; that of the earlier one for PCAPDEX_ALREADY */
	uint64_t frames;
	uint64_t file_size;            /* octets of the (decompressed) capture */
	char message[PCAPDEX_MESSAGE]; /* empty for PCAPDEX_OK and PCAPDEX_ALREADY */
};

/* Index one capture file ("-": standard input; gzip, zstd, lz4 are unpacked) in one transaction: afterwards
 * it is in the archive whole, or not at all. options may be NULL. */
enum pcapdex_status pcapdex_index(struct pcapdex *archive, const char *path,
	const struct pcapdex_options *options, struct pcapdex_result *result);

#ifdef __cplusplus
}
#endif

#endif
