/* Percentiles, robust z-scores, patterns over paths, CSV, fingerprints: against worked examples. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "query/csv_read.h"
#include "query/overlap.h"
#include "query/spread.h"
#include "query/tags.h"

/* What stands in main.c: nothing here asks for options. */
int complain(int status, const char *format, ...)
{
	(void)format;
	return status;
}

const char *args_value(const struct args *args, const char *name, const char *fallback)
{
	(void)args;
	(void)name;
	return fallback;
}

const char *args_nth(const struct args *args, const char *name, unsigned n)
{
	(void)args;
	(void)name;
	(void)n;
	return NULL;
}

/* ---- spread ---- */

static struct samples samples_of(const double *values, size_t n)
{
	struct samples s = { 0 };
	for (size_t i = 0; i < n; i++)
		assert_int_equal(samples_add(&s, values[i]), 0);
	return s;
}

/* numpy.percentile([15, 20, 35, 40, 50], [5, 25, 40, 50, 95]) */
static void percentiles(void **state)
{
	struct samples s = samples_of((const double[]) { 50, 15, 40, 20, 35 }, 5);
	(void)state;
	assert_float_equal(samples_percentile(&s, 5), 16, 1e-9);
	assert_float_equal(samples_percentile(&s, 25), 20, 1e-9);
	assert_float_equal(samples_percentile(&s, 40), 29, 1e-9);
	assert_float_equal(samples_percentile(&s, 50), 35, 1e-9);
	assert_float_equal(samples_percentile(&s, 95), 48, 1e-9);
	assert_float_equal(samples_percentile(&s, 100), 50, 1e-9);
	samples_free(&s);
	assert_true(isnan(samples_percentile(&s, 50)));
}

/* 1 1 2 2 4 6 9: median 2, distances 1 1 0 0 2 4 7, whose median is 1; mean 25/7, sample deviation by hand.
 */
static void robust(void **state)
{
	struct samples s = samples_of((const double[]) { 9, 1, 2, 6, 2, 4, 1 }, 7);
	struct spread spread;
	(void)state;
	spread_of(&s, &spread);
	assert_float_equal(spread.median, 2, 1e-9);
	assert_float_equal(spread.mad, 1, 1e-9);
	assert_float_equal(spread.mean, 25.0 / 7, 1e-9);
	assert_float_equal(spread.deviation, sqrt((143 - 625.0 / 7) / 6), 1e-9);
	assert_float_equal(spread_z(&spread, 9, 0.1), 7 / 1.4826, 1e-9);
	assert_float_equal(spread_z(&spread, 9, 7), 1, 1e-9); /* no unit is smaller than the least */
	samples_free(&s);
	/* An even number: 1 2 3 10: median 2.5, distances 0.5 0.5 1.5 7.5. */
	s = samples_of((const double[]) { 1, 2, 3, 10 }, 4);
	spread_of(&s, &spread);
	assert_float_equal(spread.mad, 1, 1e-9);
	samples_free(&s);
	s = samples_of((const double[]) { 5 }, 1);
	spread_of(&s, &spread);
	assert_true(isnan(spread.deviation));
	assert_float_equal(spread.mad, 0, 1e-9);
	samples_free(&s);
}

/* ---- paths ---- */

static void assert_match(const char *pattern, const char *path, const char *expected)
{
	struct path_tag tags[8];
	char got[256] = "";
	int n = path_match(pattern, path, tags, 8);
	for (int i = 0; i < n; i++)
		snprintf(got + strlen(got), sizeof(got) - strlen(got), "%.*s=%.*s ", (int)tags[i].key_len,
			tags[i].key, (int)tags[i].value_len, tags[i].value);
	assert_string_equal(n < 0 ? "no" : got, expected);
}

static void patterns(void **state)
{
	(void)state;
	assert_match("labs/{lab}/{student}/*", "/home/t/labs/3/anna/a.pcap", "lab=3 student=anna ");
	assert_match("labs/{lab}/{student}/*", "labs/3/anna/a.pcap", "lab=3 student=anna ");
	assert_match("labs/{lab}/{student}/*", "/home/t/labs/3/anna/deep/a.pcap", "no");
	assert_match("labs/{lab}/{student}/**", "/home/t/labs/3/anna/deep/a.pcap", "lab=3 student=anna ");
	assert_match("labs/{lab}/*", "/mylabs/3/a.pcap", "no"); /* begins at a folder's name */
	assert_match("{student}_{lab}.pcap*", "/x/anna_3.pcapng", "student=anna lab=3 ");
	assert_match("{student}_{lab}.pcap", "/x/anna_b_3.pcap", "student=anna lab=b_3 ");
	assert_match("/t/{lab}/?.pcap", "/t/3/a.pcap", "lab=3 ");
	assert_match("/t/{lab}/?.pcap", "/s/t/3/a.pcap", "no"); /* all of the path */
	assert_match("{student}/*", "/a.pcap", "no");
}

/* ---- CSV ---- */

static void csv(void **state)
{
	char path[] = "/tmp/test_course_XXXXXX";
	struct csv c;
	int fd = mkstemp(path);
	static const char text[] = "\xef\xbb\xbfpath;name\r\n\r\n\"a;\"\"b\"\"\";\"two\nlines\"\r\nx;\ny";
	(void)state;
	assert_int_equal(write(fd, text, sizeof(text) - 1), sizeof(text) - 1);
	close(fd);
	assert_int_equal(csv_open(&c, path), 0);
	assert_int_equal(csv_next(&c, path), 1);
	assert_int_equal(c.ncells, 2);
	assert_string_equal(c.cells[0], "path");
	assert_string_equal(c.cells[1], "name");
	assert_int_equal(csv_next(&c, path), 1);
	assert_string_equal(c.cells[0], "a;\"b\"");
	assert_string_equal(c.cells[1], "two\nlines");
	assert_int_equal(csv_next(&c, path), 1);
	assert_int_equal(c.line, 5);
	assert_string_equal(c.cells[0], "x");
	assert_string_equal(c.cells[1], "");
	assert_int_equal(csv_next(&c, path), 1);
	assert_int_equal(c.ncells, 1);
	assert_string_equal(c.cells[0], "y");
	assert_int_equal(csv_next(&c, path), 0);
	csv_close(&c);
	unlink(path);
}

/* ---- fingerprints ---- */

/* Ethernet, IPv4, UDP 1000 to 2000 with ten octets, and padding. */
static const uint8_t sent[60] = { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0, /* IP */ 0x45, 0, 0, 38, 0x12,
	0x34, 0, 0, 64, 17, 0xaa, 0xbb, 192, 0, 2, 1, 198, 51, 100, 7, /* UDP */ 3, 0xe8, 7, 0xd0, 0, 18,
	0xcc, 0xdd, 'q', 'w', 'e', 'r', 't', 'y', 'u', 'i', 'o', 'p' };

static uint64_t hash_of(uint16_t link, const uint8_t *data, uint32_t n, bool *chatter)
{
	struct fingerprint f;
	fingerprint_of(&f, link, data, n, n);
	if (chatter)
		*chatter = f.chatter;
	return f.hash;
}

static void what_counts(void **state)
{
	uint8_t other[64];
	bool chatter;
	uint64_t hash = hash_of(1, sent, 60, &chatter);
	(void)state;
	assert_false(chatter);
	/* One router later: other addresses of the link, time to live, header checksum, other padding. */
	memcpy(other, sent, 60);
	other[5] = other[11] = 9;
	other[22] = 63;
	other[25] = 1;
	other[59] = 77;
	assert_true(hash_of(1, other, 60, NULL) == hash);
	assert_true(hash_of(1, other, 52, NULL) == hash); /* without the padding */
	/* The same packet without Ethernet, and with a VLAN tag. */
	assert_true(hash_of(101, sent + 14, 38, NULL) == hash);
	memcpy(other, sent, 12);
	memcpy(other + 12, "\x81\0\0\7", 4);
	memcpy(other + 16, sent + 12, 48);
	assert_true(hash_of(1, other, 64, NULL) == hash);
	/* Checksum offload. */
	memcpy(other, sent, 60);
	other[40] = other[41] = 0;
	assert_true(hash_of(1, other, 60, NULL) == hash);
	/* Another octet of the payload, another identification: other packets. */
	other[45] ^= 1;
	assert_true(hash_of(1, other, 60, NULL) != hash);
	memcpy(other, sent, 60);
	other[19]++;
	assert_true(hash_of(1, other, 60, NULL) != hash);
	/* To a group: chatter. */
	other[30] = 224;
	hash_of(1, other, 60, &chatter);
	assert_true(chatter);
}

static void cut_anywhere(void **state)
{
	(void)state;
	for (uint32_t n = 0; n <= 60; n++)
		for (int link = 0; link < 300; link++)
			hash_of((uint16_t)link, sent, n, NULL); /* the sanitizers watch */
}

/* 3 1 4 1 5 9 2 6: ascending are 3 4 5 9, and 1 4 5 6; nothing longer. */
static void ascent(void **state)
{
	(void)state;
	assert_int_equal(longest_ascent((uint32_t[]) { 3, 1, 4, 1, 5, 9, 2, 6 }, 8), 4);
	assert_int_equal(longest_ascent((uint32_t[]) { 3, 2, 1 }, 3), 1);
	assert_int_equal(longest_ascent((uint32_t[]) { 1 }, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(percentiles), cmocka_unit_test(robust),
		cmocka_unit_test(patterns), cmocka_unit_test(csv), cmocka_unit_test(what_counts),
		cmocka_unit_test(cut_anywhere), cmocka_unit_test(ascent) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
