/* pcapdex export: captures out again, whole or chosen frames of them. */
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "indexer/store/raw.h"
#include "query/output.h"
#include "query/pcapng_write.h"
#include "query/question.h"
#include "query/ranges.h"
#include "query/stored_frame.h"
#include "schema/hex.h"

#define PIECE (1u << 20) /* octets written at a time */

/* ---- the file as it was ---- */

/* Write the capture's file; 0, or -1 after a message. */
static int write_file(
	struct session *s, const struct selected_capture *c, int64_t size, const char *sha256, FILE *out)
{
	struct raw *raw = raw_open(s->db);
	EVP_MD_CTX *sha = EVP_MD_CTX_new();
	uint8_t digest[EVP_MAX_MD_SIZE];
	char text[65];
	int rc = raw && sha && EVP_DigestInit_ex(sha, EVP_sha256(), NULL) ? 0 : complain(-1, "out of memory");
	for (int64_t at = 0; rc == 0 && at < size;) {
		size_t n = size - at < PIECE ? (size_t)(size - at) : PIECE;
		const uint8_t *p = raw_read(raw, c->id, (uint64_t)at, n);
		if (!p || !EVP_DigestUpdate(sha, p, n))
			rc = complain(-1, "%s: %s: %s", s->path, c->name, raw_error(raw));
		else if (fwrite(p, 1, n, out) != n)
			rc = -1; /* said when the file is closed */
		at += (int64_t)n;
	}
	if (rc == 0 && EVP_DigestFinal_ex(sha, digest, NULL)) {
		text[hex_put(text, digest, 32, '\0')] = '\0';
		if (strcmp(text, sha256) != 0)
			rc = complain(-1, "%s: %s: is not as it was indexed: its SHA-256 is %s, not %s",
				s->path, c->name, text, sha256);
	}
	EVP_MD_CTX_free(sha);
	raw_close(raw);
	return rc;
}

/* The file's name in a folder: that of the capture, without folders and, since what comes out is not
 * compressed, without .gz. */
static char *name_in(const char *folder, const struct selected_capture *c, bool compressed, bool with_id)
{
	static const char *const endings[] = { ".gz", ".zst", ".lz4" };
	const char *name = strrchr(c->name, '/') ? strrchr(c->name, '/') + 1 : c->name;
	size_t n = strlen(name);
	char *path = NULL;
	for (int i = 0; compressed && i < 3; i++) {
		size_t k = strlen(endings[i]);
		if (n > k && strcmp(name + n - k, endings[i]) == 0) {
			n -= k;
			break;
		}
	}
	bool odd = n == 0 || strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
	int rc = odd       ? asprintf(&path, "%s/capture-%lld", folder, (long long)c->id)
		 : with_id ? asprintf(&path, "%s/%lld-%.*s", folder, (long long)c->id, (int)n, name)
			   : asprintf(&path, "%s/%.*s", folder, (int)n, name);
	return rc < 0 ? NULL : path;
}

static bool name_repeats(const struct session *s, unsigned i)
{
	for (unsigned k = 0; k < s->ncaptures; k++)
		if (k != i && strcmp(s->captures[k].name, s->captures[i].name) == 0)
			return true;
	return false;
}

static int export_file(struct session *s, unsigned i, sqlite3_stmt *st, const char *path, bool folder)
{
	const struct selected_capture *c = &s->captures[i];
	struct output out;
	char *own = NULL;
	sqlite3_reset(st);
	sqlite3_bind_int64(st, 1, c->id);
	if (sqlite3_step(st) != SQLITE_ROW)
		return complain(-1, "%s: %s", s->path, sqlite3_errmsg(s->db));
	if (folder && !(path = own = name_in(path, c, sqlite3_column_bytes(st, 2) > 0, name_repeats(s, i))))
		return complain(-1, "out of memory");
	int rc = output_open(&out, path, s->path);
	if (rc == 0) {
		rc = write_file(s, c, sqlite3_column_int64(st, 0), (const char *)sqlite3_column_text(st, 1),
			out.file);
		if (output_close(&out, rc == 0) < 0)
			rc = -1;
	}
	free(own);
	return rc;
}

static int export_files(struct session *s, const char *path)
{
	struct stat sb;
	bool folder = path && stat(path, &sb) == 0 && S_ISDIR(sb.st_mode);
	int status = EXIT_DONE;
	if (s->ncaptures == 0)
		return complain(EXIT_FAILED, "%s: has no captures", s->path);
	if (s->ncaptures > 1 && !folder)
		return complain(EXIT_FAILED, "%s: %u captures: name one with -c, or give a folder with -o",
			s->path, s->ncaptures);
	sqlite3_stmt *st =
		session_prepare(s, "SELECT file_size, sha256, compression FROM capture WHERE id=?");
	if (!st)
		return EXIT_FAILED;
	for (unsigned i = 0; i < s->ncaptures; i++)
		if (export_file(s, i, st, path, folder) < 0)
			status = EXIT_FAILED;
	sqlite3_finalize(st);
	return status;
}

/* ---- chosen frames ---- */

struct frames_export {
	struct question *q;
	struct frame_store *store;
	struct pcapng_writer writer;
	const struct selected_capture *capture; /* whose interfaces were written last */
	uint32_t first_interface;               /* the id of its first one */
	int64_t offset_seconds;
	uint64_t left_out;
};

static const char *text_at(sqlite3_stmt *st, int i)
{
	return (const char *)sqlite3_column_text(st, i);
}

static int begin_section(struct frames_export *e)
{
	struct session *s = &e->q->session;
	struct pcapng_section_info info = { .application = "pcapdex " PCAPDEX_VERSION };
	sqlite3_stmt *st = session_prepare(
		s, "SELECT hardware, os, comment FROM section WHERE capture_id=?1 AND number=0");
	if (!st)
		return -1;
	if (s->ncaptures == 1) {
		sqlite3_bind_int64(st, 1, s->captures[0].id);
		if (sqlite3_step(st) == SQLITE_ROW) {
			info.hardware = text_at(st, 0);
			info.os = text_at(st, 1);
			info.comment = text_at(st, 2);
		}
	}
	pcapng_begin_section(&e->writer, &info);
	sqlite3_finalize(st);
	return 0;
}

/* The interfaces of a capture, before its first frame. */
static int add_interfaces(struct frames_export *e, const struct selected_capture *c)
{
	sqlite3_stmt *st = session_prepare(&e->q->session,
		"SELECT link_type, snaplen, name, description, filter, os, hardware, comment, mac,"
		" coalesce(speed, 0), coalesce(fcs_len, -1) FROM interface WHERE capture_id=? ORDER BY "
		"number");
	if (!st)
		return -1;
	e->capture = c;
	e->first_interface = e->writer.interfaces;
	/* Times count from 1970, or from the second of the earliest frame where that is before. */
	e->offset_seconds = c->time_first < 0 ? c->time_first / 1000000000 - 1 : 0;
	sqlite3_bind_int64(st, 1, c->id);
	int rc;
	while ((rc = sqlite3_step(st)) == SQLITE_ROW)
		pcapng_add_interface(&e->writer, &(struct pcapng_interface_info) {
							 .link_type = (uint16_t)sqlite3_column_int(st, 0),
							 .snaplen = (uint32_t)sqlite3_column_int64(st, 1),
							 .name = text_at(st, 2),
							 .description = text_at(st, 3),
							 .filter = text_at(st, 4),
							 .os = text_at(st, 5),
							 .hardware = text_at(st, 6),
							 .comment = text_at(st, 7),
							 .mac = text_at(st, 8),
							 .speed = (uint64_t)sqlite3_column_int64(st, 9),
							 .fcs_len = sqlite3_column_int(st, 10),
							 .offset_seconds = e->offset_seconds,
						 });
	sqlite3_finalize(st);
	return rc == SQLITE_DONE
		       ? 0
		       : complain(-1, "%s: %s", e->q->session.path, sqlite3_errmsg(e->q->session.db));
}

/* Decryption secrets of a capture: the same keys open the frames that are exported.
 *
 *     +-----------+--------------+--------------+----------------+---------+ ...
 *     | type = 10 | total length | secrets type | secrets length | secrets |
 *     +-----------+--------------+--------------+----------------+---------+ ...
 */
static int add_secrets(struct frames_export *e, const struct selected_capture *c)
{
	struct session *s = &e->q->session;
	sqlite3_stmt *st = session_prepare(s,
		"SELECT b.offset, b.length, b.secrets_type, (SELECT s.big_endian FROM section s"
		" WHERE s.capture_id=b.capture_id AND s.offset<=b.offset ORDER BY s.offset DESC LIMIT 1) "
		"FROM block b"
		" WHERE b.capture_id=? AND b.type=10 ORDER BY b.offset");
	struct raw *raw = st ? raw_open(s->db) : NULL;
	int rc = raw ? 0 : -1;
	if (st)
		sqlite3_bind_int64(st, 1, c->id);
	while (rc == 0 && sqlite3_step(st) == SQLITE_ROW) {
		uint32_t length = (uint32_t)sqlite3_column_int64(st, 1);
		const uint8_t *p =
			length >= 20 ? raw_read(raw, c->id, (uint64_t)sqlite3_column_int64(st, 0), length)
				     : NULL;
		if (!p) {
			rc = complain(-1, "%s: %s: %s", s->path, c->name, raw_error(raw));
			break;
		}
		uint32_t n = sqlite3_column_int(st, 3) ? (uint32_t)p[12] << 24 | (uint32_t)p[13] << 16 |
								 (uint32_t)p[14] << 8 | p[15]
						       : (uint32_t)p[15] << 24 | (uint32_t)p[14] << 16 |
								 (uint32_t)p[13] << 8 | p[12];
		pcapng_add_secrets(&e->writer, (uint32_t)sqlite3_column_int64(st, 2), p + 16,
			n < length - 20 ? n : length - 20);
	}
	raw_close(raw);
	sqlite3_finalize(st);
	return rc;
}

static int export_frame(struct frames_export *e, const struct selected_capture *c, int64_t number)
{
	struct stored_frame f;
	if (frame_store_read(e->store, &f, c, number, true) < 0)
		return -1;
	if (f.interface == UINT32_MAX) {
		e->left_out++;
		return 0;
	}
	if (e->capture != c && (add_secrets(e, c) < 0 || add_interfaces(e, c) < 0))
		return -1;
	pcapng_add_packet(
		&e->writer, &(struct pcapng_packet_info) {
				    .interface = e->first_interface + f.interface,
				    .time_ns = (uint64_t)f.time_ns - (uint64_t)e->offset_seconds * 1000000000,
				    .cap_len = f.cap_len,
				    .len = f.len,
				    .data = f.data,
				    .ncomments = f.ncomments,
				    .comments = f.comments,
				    .has_flags = f.has_flags,
				    .flags = f.flags,
				    .has_packet_id = f.has_packet_id,
				    .packet_id = f.packet_id,
			    });
	return 0;
}

static const struct selected_capture *capture_of(const struct session *s, int64_t id)
{
	for (unsigned i = 0; i < s->ncaptures; i++)
		if (s->captures[i].id == id)
			return &s->captures[i];
	return NULL;
}

/* The frames that -Y leaves in this range of frame ids. */
static int export_range(struct frames_export *e, sqlite3_stmt *st, int64_t first, int64_t last)
{
	int rc;
	sqlite3_reset(st);
	sqlite3_bind_int64(st, sqlite3_bind_parameter_index(st, ":first"), first);
	sqlite3_bind_int64(st, sqlite3_bind_parameter_index(st, ":last"), last);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		const struct selected_capture *c = capture_of(&e->q->session, sqlite3_column_int64(st, 0));
		if (c && export_frame(e, c, sqlite3_column_int64(st, 1)) < 0)
			return -1;
	}
	return rc == SQLITE_DONE
		       ? 0
		       : complain(-1, "%s: %s", e->q->session.path, sqlite3_errmsg(e->q->session.db));
}

static int export_ranges(struct frames_export *e, const struct ranges *ranges)
{
	sqlite3_stmt *st = question_prepare(e->q,
		"SELECT c.id, f.frame_id - c.first_frame + 1 FROM %s AND f.frame_id BETWEEN :first AND :last"
		" ORDER BY c.id, f.frame_id",
		e->q->frames);
	int rc = st ? begin_section(e) : -1;
	if (rc == 0 && !ranges->n)
		rc = export_range(e, st, INT64_MIN, INT64_MAX);
	for (unsigned i = 0; rc == 0 && i < ranges->n; i++) {
		int64_t base = e->q->session.captures[0].first_frame - 1;
		rc = export_range(e, st, base + ranges->list[i].first, base + ranges->list[i].last);
	}
	sqlite3_finalize(st);
	return rc;
}

static int export_frames(struct question *q, struct ranges *ranges, const char *path)
{
	struct frames_export e = { .q = q };
	struct output out;
	const struct selected_capture *one = ranges->n ? session_one(&q->session) : NULL;
	if (ranges->n && (!one || ranges_check(ranges, one->frames, one->name) != EXIT_DONE))
		return EXIT_FAILED;
	if (!(e.store = frame_store_open(&q->session)))
		return EXIT_FAILED;
	int rc = output_open(&out, path, q->session.path);
	if (rc == 0) {
		e.writer.out = out.file;
		rc = export_ranges(&e, ranges);
		if (pcapng_finish(&e.writer) < 0)
			rc = -1;
		if (output_close(&out, rc == 0) < 0)
			rc = -1;
	}
	frame_store_close(e.store);
	if (rc == 0 && e.left_out)
		rc = complain(-1, "%llu frames are no packets of an interface and were left out",
			(unsigned long long)e.left_out);
	return rc < 0 ? EXIT_FAILED : EXIT_DONE;
}

static int run(const struct args *args)
{
	struct question q;
	struct ranges ranges;
	const char *path = args_value(args, "output", NULL);
	int status = ranges_read(&ranges, args, 1);
	if (status == EXIT_DONE) {
		status = question_open(&q, args);
		if (status == EXIT_DONE)
			status = ranges.n || q.filter || args_has(args, "pcapng")
					 ? export_frames(&q, &ranges, path)
					 : export_files(&q.session, path);
		question_close(&q);
	}
	ranges_free(&ranges);
	return status;
}

static const struct option_spec options[] = {
	OPTION_CAPTURE,
	OPTION_FILTER,
	{ "output", 'o', "FILE", false,
		"where to write; a folder takes several files (default: standard output)" },
	{ "pcapng", 0, NULL, false, "write all frames as one pcapng file, not the file as it was" },
	{ 0 },
};

const struct command cmd_export = {
	.name = "export",
	.summary = "Write a capture's original file, or chosen frames as pcapng",
	.usage = "ARCHIVE [-c CAPTURE] [-o FILE] [FRAME...]",
	.details = "Without FRAME and -Y the file comes out as it was, byte for byte, checked by its SHA-256 "
		   "while it is written; a file\n"
		   "that was compressed comes out decompressed. With -o FOLDER several captures are written "
		   "under their own names.\n\n"
		   "FRAME is a number of the capture, or a range: 7, 10-20, 100-, 1,5,9. Chosen frames are "
		   "written as pcapng with their\n"
		   "interfaces, comments and times to the nanosecond, frames of several captures one capture "
		   "after the other. A file\n"
		   "appears only when it is whole.",
	.examples = "  pcapdex export week.db -c monday.pcapng -o monday-again.pcapng\n"
		    "  pcapdex export week.db -c monday.pcapng 10-20 -o part.pcapng\n"
		    "  pcapdex export week.db -Y 'dns' | tshark -r -\n"
		    "  mkdir out && pcapdex export course.db -c course=networks -o out",
	.min_args = 1,
	.options = options,
	.run = run,
};
