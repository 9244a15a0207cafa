/* Trees laid out by ourselves: SQLite finds them sound, and reads of them what was put in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "indexer/store/bulk.h"
#include "indexer/store/loose.h"
#include "tests/sql_test.h"

enum { OCTETS_MAX = 100000 };

struct bench {
	char path[64];
	sqlite3 *db;
	struct bulk bulk;
	struct payload row;
	uint8_t *octets;
};

static int set_up(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));
	struct stat sb;
	assert_non_null(b);
	snprintf(b->path, sizeof(b->path), "/tmp/test_bulk.%ld", (long)getpid());
	unlink(b->path);
	assert_int_equal(sqlite3_open(b->path, &b->db), SQLITE_OK);
	assert_int_equal(
		sqlite3_exec(b->db,
			"PRAGMA page_size=8192; CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, v BLOB);"
			"CREATE TABLE w (k INTEGER, a INTEGER, v BLOB, PRIMARY KEY (k)) WITHOUT ROWID",
			NULL, NULL, NULL),
		SQLITE_OK);
	b->bulk.fd = open(b->path, O_RDWR);
	assert_true(b->bulk.fd >= 0);
	assert_int_equal(fstat(b->bulk.fd, &sb), 0);
	b->bulk.next = (uint32_t)(sb.st_size / DB_PAGE) + 1;
	b->octets = malloc(OCTETS_MAX);
	assert_non_null(b->octets);
	for (int i = 0; i < OCTETS_MAX; i++)
		b->octets[i] = (uint8_t)(i * 7);
	*state = b;
	return 0;
}

static int tear_down(void **state)
{
	struct bench *b = *state;
	sqlite3_close(b->db);
	close(b->bulk.fd);
	unlink(b->path);
	payload_free(&b->row);
	free(b->bulk.pieces);
	free(b->octets);
	free(b);
	return 0;
}

/* Row k: (k,) 3k, and size_of(k) octets. */
static int64_t key_of(int64_t i)
{
	return i * i / 3 + i + 1; /* rises, by more and more */
}

static size_t size_of(int64_t i, size_t large)
{
	return i % 997 == 5 ? large + (size_t)i % 9000 : (size_t)i * 31 % 90;
}

static void fill(struct bench *b, bool index, int64_t n, size_t large)
{
	struct bulk_tree t;
	char sql[80];
	assert_int_equal(bulk_tree_init(&t, &b->bulk, index), 0);
	for (int64_t i = 0; i < n; i++) {
		payload_begin(&b->row);
		assert_int_equal(payload_need(&b->row, 16), 0);
		if (index)
			payload_int(&b->row, key_of(i));
		else
			payload_null(&b->row);
		payload_int(&b->row, 3 * key_of(i));
		if (i & 1)
			payload_tail(&b->row, b->octets, size_of(i, large));
		else
			assert_int_equal(payload_octets(&b->row, false, b->octets, size_of(i, large)), 0);
		assert_int_equal(bulk_add(&t, key_of(i), &b->row), 0);
	}
	assert_int_equal(bulk_end(&t), 0);
	snprintf(sql, sizeof(sql), "SELECT rootpage FROM sqlite_master WHERE name='%c'", index ? 'w' : 't');
	assert_int_equal(bulk_write(&b->bulk, (uint32_t)number(b->db, sql), t.root, 1), 0);
	assert_int_equal(bulk_header(&b->bulk), 0);
	bulk_tree_free(&t);
}

static void same_rows(struct bench *b, bool index, int64_t n, size_t large)
{
	sqlite3_stmt *st;
	assert_int_equal(
		sqlite3_prepare_v2(b->db,
			index ? "SELECT * FROM w ORDER BY k" : "SELECT * FROM t ORDER BY id", -1, &st, NULL),
		SQLITE_OK);
	for (int64_t i = 0; i < n; i++) {
		assert_int_equal(sqlite3_step(st), SQLITE_ROW);
		assert_int_equal(sqlite3_column_int64(st, 0), key_of(i));
		assert_int_equal(sqlite3_column_int64(st, 1), 3 * key_of(i));
		assert_int_equal(sqlite3_column_bytes(st, 2), size_of(i, large));
		if (size_of(i, large))
			assert_memory_equal(sqlite3_column_blob(st, 2), b->octets, size_of(i, large));
	}
	assert_int_equal(sqlite3_step(st), SQLITE_DONE);
	sqlite3_finalize(st);
	/* each is found by its key, too */
	assert_int_equal(
		sqlite3_prepare_v2(b->db, index ? "SELECT a FROM w WHERE k=?" : "SELECT a FROM t WHERE id=?",
			-1, &st, NULL),
		SQLITE_OK);
	for (int64_t i = 0; i < n; i += n / 500 + 1) {
		sqlite3_bind_int64(st, 1, key_of(i));
		assert_int_equal(sqlite3_step(st), SQLITE_ROW);
		assert_int_equal(sqlite3_column_int64(st, 0), 3 * key_of(i));
		sqlite3_reset(st);
	}
	sqlite3_finalize(st);
}

static void sound(struct bench *b)
{
	assert_int_equal(number(b->db, "SELECT integrity_check='ok' FROM pragma_integrity_check"), 1);
}

static void trees(void **state)
{
	static const int64_t counts[] = { 1, 2, 150, 3000, 400000 };
	for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++) {
		for (size_t large = 100; large <= 90000; large *= 30) {
			struct bench *b = *state;
			fill(b, false, counts[i], large);
			fill(b, true, counts[i], large);
			same_rows(b, false, counts[i], large);
			same_rows(b, true, counts[i], large);
			sound(b);
			tear_down(state);
			set_up(state);
		}
	}
}

/* SQLite goes on with them as with its own. */
static void go_on(void **state)
{
	struct bench *b = *state;
	fill(b, false, 5000, 3000);
	fill(b, true, 5000, 3000);
	assert_int_equal(
		sqlite3_exec(b->db,
			"DELETE FROM t WHERE id % 3 = 0; DELETE FROM w WHERE k % 3 = 1;"
			"INSERT INTO t SELECT -id, a, v FROM t; INSERT INTO w SELECT k * 3 + 1, a, v FROM w;"
			"UPDATE t SET v = zeroblob(9000) WHERE id % 100 = 1; VACUUM",
			NULL, NULL, NULL),
		SQLITE_OK);
	sound(b);
}

/* The page at 1 GiB stays free: SQLite locks there. */
static void gigabyte(void **state)
{
	struct bench *b = *state;
	b->bulk.next = 0x40000000u / DB_PAGE - 300;
	fill(b, false, 30000, 20000);
	fill(b, true, 30000, 20000);
	assert_true(b->bulk.next > 0x40000000u / DB_PAGE + 100);
	same_rows(b, false, 30000, 20000);
	same_rows(b, true, 30000, 20000);
	/* nothing but the pages that were left out is wrong */
	assert_int_equal(
		number(b->db,
			"SELECT count(*) FROM pragma_integrity_check(1000000) WHERE integrity_check NOT "
			"LIKE '%never used%' OR integrity_check LIKE '%131073%'"),
		0);
}

static void order(void **state)
{
	struct bench *b = *state;
	struct bulk_tree t;
	assert_int_equal(bulk_tree_init(&t, &b->bulk, false), 0);
	payload_begin(&b->row);
	payload_null(&b->row);
	assert_int_equal(bulk_add(&t, 5, &b->row), 0);
	assert_int_equal(bulk_add(&t, 5, &b->row), -1);
	assert_int_equal(bulk_add(&t, 4, &b->row), -1);
	bulk_tree_free(&t);
}

/* Rows kept for later are those that went in, by whichever way they come out. */
static void loose(void **state)
{
	struct bench *b = *state;
	struct loose l = { 0 };
	static const int64_t numbers[] = { 0, 1, -1, 127, 128, -32768, 8388607, -2147483648, 140737488355327,
		INT64_MIN };
	const int n = sizeof(numbers) / sizeof(*numbers);
	for (int i = n; i-- > 0;) {
		payload_begin(&b->row);
		assert_int_equal(payload_need(&b->row, 16), 0);
		payload_null(&b->row);
		payload_int(&b->row, numbers[i]);
		assert_int_equal(payload_octets(&b->row, i & 1, "some octets", (size_t)i), 0);
		assert_int_equal(loose_add(&l, 100 + i / 2, i % 2, &b->row), 0);
	}
	loose_sort(&l);
	for (int i = 0; i < n; i++) {
		assert_int_equal(l.rows[i].frame, 100 + i / 2);
		assert_int_equal(l.rows[i].second, i % 2);
		l.rows[i].frame = i; /* a rowid each */
	}
	assert_int_equal(loose_insert(&l, b->db, "t"), SQLITE_OK);
	for (int i = 0; i < n; i++) {
		char sql[200];
		snprintf(sql, sizeof(sql),
			"SELECT count(*) FROM t WHERE id=%d AND a=%lld AND typeof(v)='%s' AND CAST(v AS "
			"TEXT)="
			"substr('some octets', 1, %d)",
			i, (long long)numbers[i], i & 1 ? "text" : "blob", i);
		if (numbers[i] != INT64_MIN) /* no literal of SQL's */
			assert_int_equal(number(b->db, sql), 1);
	}
	assert_int_equal(number(b->db, "SELECT a < -9223372036854775807 FROM t WHERE id=9"), 1);
	loose_free(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(trees, set_up, tear_down),
		cmocka_unit_test_setup_teardown(go_on, set_up, tear_down),
		cmocka_unit_test_setup_teardown(gigabyte, set_up, tear_down),
		cmocka_unit_test_setup_teardown(order, set_up, tear_down),
		cmocka_unit_test_setup_teardown(loose, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
