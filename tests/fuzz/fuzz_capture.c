/* Fuzz target: a whole capture file through the reader into the dissection, in memory. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "indexer/dissect.h"
#include "indexer/reader/reader.h"
#include "indexer/registry.h"
#include "tests/fuzz/fuzz.h"

enum { FRAMES_MAX = 2000 }; /* a compressed file may be large inside */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct rows *rows;
	char path[32];
	struct reader *reader = NULL;
	struct reader_error error;
	struct reader_events events = { 0 };
	struct frame f;
	if (!rows) {
		if (registry_init() || !(rows = rows_new(protocols, protocols_count)))
			abort();
	}
	int fd = memfd_create("capture", 0);
	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (reader_open(&reader, path, NULL, &events, &error) == 0) {
		struct dict *dict = dict_new();
		struct dissection *d = dict ? dissection_new(rows, dict, 1) : NULL;
		uint32_t number = 0;
		while (d && number < FRAMES_MAX && reader_next(reader, &f) == READER_FRAME) {
			struct dissect_input in = { .data = f.data,
				.cap_len = f.cap_len,
				.len = f.len,
				.time_ns = f.time_ns,
				.fraction = f.fraction,
				.untimed = !f.has_time,
				.offset = f.offset,
				.number = ++number,
				.interface = f.interface,
				.has_interface = f.has_interface,
				.link_type = f.link_type,
				.pseudo_len = f.pseudo_len,
				.has_flags = f.has_flags,
				.flags = f.flags,
				.has_packet_id = f.has_packet_id,
				.packet_id = f.packet_id,
				.ncomments = f.ncomments,
				.comments = f.comments };
			dissect_frame(d, &in);
			rows_clear(rows);
		}
		if (d)
			dissection_finish(d);
		rows_clear(rows);
		dissection_free(d);
		dict_free(dict);
		reader_close(reader);
	}
	close(fd);
	return 0;
}
