/* Rows as pages: what SQLite reads of them is what was put in. Octets in pieces: where they are said to
 * stand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "indexer/packet.h"
#include "indexer/store/ddl.h"
#include "indexer/store/image.h"
#include "indexer/store/raw.h"
#include "indexer/track/fragment.h"
#include "indexer/track/stream.h"
#include "tests/sql_test.h"

enum { NUMBER, REAL, TEXT, OCTETS, LAST, NFIELDS };
static const struct field fields[NFIELDS] = {
	[NUMBER] = { "mine.number", "Number", KIND_INT },
	[REAL] = { "mine.real", "Real", KIND_DOUBLE },
	[TEXT] = { "mine.text", "Text", KIND_TEXT },
	[OCTETS] = { "mine.octets", "Octets", KIND_BYTES },
	[LAST] = { "mine.last", "Last", KIND_UINT },
};
static const struct record records[] = { { "mine", RECORD_LAYER, NFIELDS, fields, NULL } };
static const struct protocol mine = {
	.name = "mine", .title = "Mine", .id = 1, .records = records, .nrecords = 1
};
static const struct protocol *const list[] = { NULL, &mine };

struct bench {
	sqlite3 *db;
	struct image *image;
	struct batch_source source;
	struct rows *rows;
	struct packet *pkt;
};

static void sql(sqlite3 *db, const char *text)
{
	char *error = NULL;
	if (sqlite3_exec(db, text, NULL, NULL, &error) != SQLITE_OK)
		fail_msg("%s: %s", text, error);
}

static int set_up(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));
	sqlite3_str *s = sqlite3_str_new(NULL);
	static int64_t ids[] = { 70, 7000000 };
	assert_int_equal(sqlite3_open(":memory:", &b->db), SQLITE_OK);
	ddl_frame_tables(s, &mine, &records[0]);
	char *text = sqlite3_str_finish(s);
	sql(b->db, text);
	sqlite3_free(text);
	assert_non_null(b->image = image_new(b->db, list, 2));
	assert_non_null(b->rows = rows_new(list, 2));
	assert_non_null(b->pkt = calloc(1, sizeof(*b->pkt)));
	b->pkt->rows = b->rows;
	b->pkt->current = -1;
	b->source = (struct batch_source) { .rows = b->rows, .maps = { [DICT_TEXT] = { ids, 2, 2 } } };
	*state = b;
	return 0;
}

static int tear_down(void **state)
{
	struct bench *b = *state;
	sqlite3_close(b->db);
	image_free(b->image);
	rows_free(b->rows);
	free(b->pkt);
	free(b);
	return 0;
}

static struct row *add(struct bench *b, int64_t frame)
{
	b->pkt->frame_id = frame;
	rows_frame(b->rows);
	return row_open(b->pkt, &mine, 0);
}

static int64_t move(struct bench *b)
{
	image_clear(b->image);
	int64_t n = image_fill(b->image, &b->source, RECORDS_PER_PROTOCOL, TABLE_MAIN, 0);
	if (n >= 0)
		sql(b->db, "INSERT INTO main.t_mine SELECT * FROM batch.t_mine");
	rows_clear(b->rows);
	return n;
}

/* https://www.sqlite.org/fileformat2.html, section 2.1: numbers have 0, 1, 2, 3, 4, 6 or 8 octets. */
static void numbers(void **state)
{
	struct bench *b = *state;
	static const int64_t edges[] = { 0, 1, 2, -1, 127, 128, -128, -129, 32767, 32768, -32768, -32769,
		8388607, 8388608, -8388608, -8388609, 2147483647, 2147483648, -2147483648, -2147483649,
		140737488355327, 140737488355328, -140737488355328, -140737488355329, INT64_MAX, INT64_MIN };
	enum { N = sizeof(edges) / sizeof(*edges) };
	sqlite3_stmt *st;
	for (int i = 0; i < N; i++)
		row_set(add(b, i + 1), NUMBER, edges[i]);
	assert_int_equal(move(b), N);
	assert_int_equal(sqlite3_prepare_v2(b->db, "SELECT number, real, last FROM t_mine ORDER BY frame_id",
				 -1, &st, NULL),
		SQLITE_OK);
	for (int i = 0; i < N; i++) {
		assert_int_equal(sqlite3_step(st), SQLITE_ROW);
		assert_int_equal(sqlite3_column_type(st, 0), SQLITE_INTEGER);
		assert_true(sqlite3_column_int64(st, 0) == edges[i]);
		assert_int_equal(sqlite3_column_type(st, 1), SQLITE_NULL);
		assert_int_equal(sqlite3_column_type(st, 2), SQLITE_NULL);
	}
	assert_int_equal(sqlite3_step(st), SQLITE_DONE);
	sqlite3_finalize(st);
}

static void kinds(void **state)
{
	struct bench *b = *state;
	static uint8_t octets[300];
	struct cursor c = { octets, 0, sizeof(octets), sizeof(octets), &b->pkt->fail };
	memset(octets, 0xab, sizeof(octets));
	struct row *r = add(b, 1);
	row_double(r, REAL, 2.5);
	row_set(r, TEXT, 2);
	row_bytes(r, OCTETS, &c, sizeof(octets)); /* no part of the frame: copied */
	row_set(r, LAST, 9);
	assert_int_equal(move(b), 1);
	assert_int_equal(number(b->db, "SELECT number IS NULL AND real = 2.5 AND text = 7000000 AND "
				       "length(octets) = 300 AND last = 9 AND "
				       "hex(substr(octets, 300)) = 'AB' FROM t_mine"),
		1);
}

/* Many leaves, batch after batch inside one transaction: nothing of the batch before is seen again. */
static void batches(void **state)
{
	struct bench *b = *state;
	int64_t frame = 0, sum = 0;
	sql(b->db, "BEGIN IMMEDIATE");
	for (int batch = 1; batch <= 4; batch++) {
		for (int i = 0; i < 5000 * batch; i++) {
			struct row *r = add(b, frame += 1 + i % 3);
			row_set(r, NUMBER, frame * 1000003);
			row_set(r, LAST, batch);
			sum += frame * 1000003;
		}
		assert_int_equal(move(b), 5000 * batch);
	}
	sql(b->db, "COMMIT");
	assert_int_equal(number(b->db, "SELECT count(*) FROM t_mine"), 50000);
	assert_true(number(b->db, "SELECT sum(number) FROM t_mine") == sum);
	assert_int_equal(number(b->db, "SELECT count(*) FROM t_mine WHERE number <> frame_id * 1000003"), 0);
	assert_int_equal(number(b->db, "SELECT count(*) FROM pragma_integrity_check WHERE schema = 'main' "
				       "AND integrity_check <> 'ok'"),
		0);
}

/* What cannot be laid out is refused whole. */
static void refused(void **state)
{
	struct bench *b = *state;
	static uint8_t octets[20000];
	struct cursor c = { octets, 0, sizeof(octets), sizeof(octets), &b->pkt->fail };
	row_set(add(b, 5), NUMBER, 1);
	row_set(add(b, 4), NUMBER, 1);
	assert_int_equal(move(b), -1); /* not in the order of the key */
	row_set(add(b, 1), NUMBER, 1);
	row_bytes(add(b, 2), OCTETS, &c, sizeof(octets)); /* longer than a page */
	assert_int_equal(move(b), -1);
	assert_int_equal(number(b->db, "SELECT count(*) FROM batch.t_mine"), 0);
}

/* ---- pieces ---- */

static void referred(void **state)
{
	static uint8_t first[100], second[100];
	char out[64];
	uint64_t dropped[CAP_COUNT] = { 0 };
	struct packet *pkt = calloc(1, sizeof(*pkt));
	struct conversation *c = calloc(1, sizeof(*c));
	struct streams *all = streams_new();
	(void)state;
	pkt->dropped = dropped;
	pkt->number = 1;
	pkt->data = first;
	pkt->cap_len = sizeof(first);
	pkt->offset = 1000;
	struct stream_message *m = stream_begin(all, pkt, c, 0, 5000, 5090);
	assert_non_null(m);
	/* 40 octets at 60 of the frame at 1000, 50 at 10 of the one at 2000 */
	assert_false(stream_add(all, pkt, c->sides[0], m, 0, first + 60, 40, true, 1));
	pkt->number = 2;
	pkt->data = second;
	pkt->offset = 2000;
	assert_true(stream_add(all, pkt, c->sides[0], m, 40, second + 10, 50, false, 1));
	assert_int_equal(stream_refer(m, m->data, 90, out, sizeof(out)), 18);
	assert_string_equal(out, "90@1060+40,2010+50");
	assert_int_equal(stream_refer(m, m->data + 30, 20, out, sizeof(out)), 18);
	assert_string_equal(out, "20@1090+10,2010+10");
	assert_int_equal(stream_refer(m, m->data + 50, 20, out, sizeof(out)), 10);
	assert_string_equal(out, "20@2020+20");
	assert_int_equal(stream_refer(m, m->data + 50, 41, out, sizeof(out)), 0); /* beyond its end */
	assert_int_equal(stream_refer(m, first, 20, out, sizeof(out)), 0);        /* elsewhere */
	assert_int_equal(stream_refer(m, m->data, 90, out, 40), 0);               /* no room */
	streams_free(all);
	free(c);
	free(pkt);
}

/* A datagram of 40 octets in two fragments (RFC 791, section 3.2: offsets are multiples of 8), the last one
 * first. */
static void datagram_referred(void **state)
{
	static uint8_t first[60], second[60];
	char out[64];
	uint64_t dropped[CAP_COUNT] = { 0 };
	struct row row = { .layer = 1 };
	struct packet *pkt = calloc(1, sizeof(*pkt));
	struct fragments *all = fragments_new();
	struct reassembled whole;
	struct fragment f = { .row = &row, .key = 7, .offset = 24 };
	(void)state;
	pkt->dropped = dropped;
	pkt->number = 1;
	pkt->data = first;
	pkt->cap_len = sizeof(first);
	pkt->offset = 1000;
	f.data = (struct cursor) { first + 34, 0, 16, 16, &pkt->fail };
	assert_false(fragments_add(all, pkt, &f, &whole));
	pkt->number = 2;
	pkt->data = second;
	pkt->offset = 2000;
	f.offset = 0;
	f.more = true;
	f.data = (struct cursor) { second + 34, 0, 24, 24, &pkt->fail };
	assert_true(fragments_add(all, pkt, &f, &whole));
	assert_int_equal(whole.len, 40);
	assert_int_equal(fragments_refer(all, whole.data, 40, out, sizeof(out)), 18);
	assert_string_equal(out, "40@2034+24,1034+16");
	assert_int_equal(fragments_refer(all, whole.data + 8, 30, out, sizeof(out)), 18);
	assert_string_equal(out, "30@2042+16,1034+14");
	assert_int_equal(fragments_refer(all, whole.data + 8, 33, out, sizeof(out)), 0); /* beyond its end */
	assert_int_equal(fragments_refer(all, first, 20, out, sizeof(out)), 0);          /* elsewhere */
	fragments_free(all);
	free(pkt);
}

static void read_back(void **state)
{
	sqlite3 *db;
	size_t n = 0;
	(void)state;
	assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
	sql(db, "CREATE TABLE chunk (capture_id, offset, size, data);"
		"INSERT INTO chunk VALUES (1, 0, 10, CAST('abcdefghij' AS BLOB)), (1, 10, 6, CAST('klmnop' "
		"AS BLOB))");
	struct raw *raw = raw_open(db);
	uint8_t *p = raw_pieces(raw, 1, "7@12+2,8+4,0+1", &n);
	assert_non_null(p);
	assert_int_equal(n, 7);
	assert_memory_equal(p, "mnijkla", 7);
	free(p);
	static const char *const broken[] = { "", "7", "7@", "7@12", "7@12+2", "2@0+3", "3@15+3", "0@0+0",
		"2@0+1,x" };
	for (size_t i = 0; i < sizeof(broken) / sizeof(*broken); i++)
		assert_null(raw_pieces(raw, 1, broken[i], &n));
	raw_close(raw);
	sqlite3_close(db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(numbers, set_up, tear_down),
		cmocka_unit_test_setup_teardown(kinds, set_up, tear_down),
		cmocka_unit_test_setup_teardown(batches, set_up, tear_down),
		cmocka_unit_test_setup_teardown(refused, set_up, tear_down),
		cmocka_unit_test(referred),
		cmocka_unit_test(datagram_referred),
		cmocka_unit_test(read_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
