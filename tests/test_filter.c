/* Display filters over fixtures/web.pcap; the frames that each picks are those that Wireshark's filter
 * language says (any value equals, but != wants all to differ; what is absent compares false), told by
 * reading the packet list. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "indexer/index.h"
#include "indexer/registry.h"
#include "query/filter/filter.h"
#include "schema/archive.h"

static char path[] = "/tmp/pcapdex-filter-XXXXXX";
static sqlite3 *db;

static int set_up(void **state)
{
	char message[512], folder[sizeof(path)];
	struct index_options options = { .jobs = 1 };
	struct index_result result;
	(void)state;
	if (!mkdtemp(path))
		return -1;
	memcpy(folder, path, sizeof(path));
	char file[64];
	snprintf(file, sizeof(file), "%s/a.db", folder);
	struct store *store = registry_init() ? NULL : store_open(file, protocols, protocols_count, message);
	if (!store || index_capture(store, "fixtures/web.pcap", &options, &result) != INDEX_OK)
		return -1;
	store_close(store);
	return archive_open(&db, file, ARCHIVE_READ, message) == ARCHIVE_OK ? 0 : -1;
}

static int tear_down(void **state)
{
	char file[64];
	(void)state;
	sqlite3_close(db);
	snprintf(file, sizeof(file), "%s/a.db", path);
	unlink(file);
	return rmdir(path);
}

static void run(const char *text, char *out, size_t size)
{
	struct filter_error error;
	sqlite3_stmt *st;
	struct filter *f = dfilter_compile(db, text, 0, INT64_MAX, &error);
	if (!f)
		fail_msg("%s: %s", text, error.message);
	char *sql = sqlite3_mprintf("SELECT f.frame_id - c.first_frame + 1 FROM capture c CROSS JOIN t_frame "
				    "f ON f.frame_id >= c.first_frame"
				    " AND f.frame_id < c.first_frame + c.frames WHERE %s ORDER BY 1",
		f->sql);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &st, NULL), SQLITE_OK);
	assert_int_equal(dfilter_bind(f, st), SQLITE_OK);
	*out = '\0';
	for (size_t n = 0; sqlite3_step(st) == SQLITE_ROW && n < size;)
		n += (size_t)snprintf(out + n, size - n, n ? " %d" : "%d", sqlite3_column_int(st, 0));
	sqlite3_finalize(st);
	sqlite3_free(sql);
	dfilter_free(f);
}

static void frames(void **state)
{
	static const char *const samples[][2] = {
		{ "tcp", "5 6 7 8 9 10 11 12 13 14 15 18 19" },
		{ "tcp and not tcp.dstport == 80 and frame.number < 11", "6 9 10" },
		{ "tcp.port == 81 or frame.number == 1 and tcp", "18 19" }, /* and binds closer */
		{ "(tcp.port == 81 or frame.number == 1) and !tcp", "1" },
		{ "ip.dst == 198.51.100.0/24 and tcp.dstport == 80", "5 7 8 12 13 15" },
		{ "ip.addr == 192.0.2.53", "3 4" },
		{ "ip.addr != 198.51.100.80", "3 4" }, /* all differ; not frames without IP */
		{ "!(ip.addr == 198.51.100.80)", "1 2 3 4" },
		{ "ip.addr !== 192.0.2.10 and frame.number < 7", "3 4 5 6" }, /* one differs */
		{ "ip.src < 192.0.3.0 && frame.number < 9", "3 4 5 7 8" }, { "not ip.ttl == 64", "1 2 17" },
		{ "tcp.flags.syn == True", "5 6 18" }, { "tcp.flags == 0x12", "6" },
		{ "tcp.len > 100", "10 11" }, { "frame.len >= 126 and ip.ttl === 64", "8 10 11" },
		{ "eth.dst == ff:ff:ff:ff:ff:ff", "1" },
		{ "eth.src == 02-00-00-00-00-02 and udp.srcport == 53", "4" },
		{ "frame.time_relative <= 0.014", "1 2 3" },
		{ "frame.time >= \"2023-11-14 22:13:20.133\"", "20 21" },
		{ "frame.protocols contains \"tc\\x70\" and frame.number gt 15", "18 19" },
		{ "tcp.stream == 1", "18 19" },
		{ "tcp.flags.syn and tcp.port == 81", "18 19" }, /* a field's name: it is there */
	};
	(void)state;
	for (unsigned i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		char got[512];
		run(samples[i][0], got, sizeof(got));
		if (strcmp(got, samples[i][1]) != 0)
			fail_msg("%s: %s, not %s", samples[i][0], got, samples[i][1]);
	}
}

/* What tshark 4.0.17 refuses. */
static void refused(void **state)
{
	static const char *const samples[] = { "80 == tcp.port", "\"GET\" == http.request.method",
		"1 < ip.ttl < 64", "-1 < ip.ttl", "1 + ip.ttl", "ip.ttl == 256", "tcp.port == 65536",
		"ip.ttl == \"64\"", "ip.ttl == 64.0", "tcp.port == 080", "tcp.flags.syn == \"1\"",
		"tcp.flags.syn == yes", "tcp.flags.syn + 1 == 2", "frame.time_relative * 2 > 1",
		"frame.time - 5 == 0", "ip.src + 1", "ip.src contains c0:a8", "ip.src matches \"1\"",
		"tcp[0:0]", "tcp[5-2]", "tcp[]", "tcp.port[0] == 00", "upper(http.host)", "count(ip.addr)",
		"len(5) > 1", "len(lower(http.host)) > 3", "string(http.host) == \"a\"",
		"string(tcp.flags.syn) == \"1\"", "abs(http.host) == 1", "max(80, tcp.srcport) == 80",
		"ip#[1-]", "tcp#-1", "tcp#", "http.host == \"\\q\"", "http.host matches \"\\d\"",
		"http.host matches www", "http.host matches \"(\"", "tcp.port in {80 443}", "tcp.port in {}",
		"tcp.port in {80-90}", "tcp.flags bitand 2", "TCP", "frame.time > 5",
		"frame.time == \"yesterday\"", "frame.time == \"2011-07-04 12:34:56 CET\"" };
	(void)state;
	for (unsigned i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		struct filter_error error = { 0 };
		struct filter *f = dfilter_compile(db, samples[i], 0, INT64_MAX, &error);
		if (f)
			fail_msg("%s should be refused", samples[i]);
		assert_int_not_equal(error.message[0], '\0');
	}
}

static void mistakes(void **state)
{
	static const struct {
		const char *text;
		size_t offset, length;
		const char *message;
	} samples[] = {
		{ "tcp.prot == 80", 0, 8,
			"tcp.prot is neither a field nor a protocol; did you mean tcp.port?" },
		{ "tcp and tcp.port ==", 19, 0, "something is missing at the end" },
		{ "(tcp", 4, 0, ") is missing here" },
		{ "tcp udp", 4, 3, "an operator (and, or, ==) should stand before this" },
		{ "ip.src == 999.1.1.1", 10, 9, "999.1.1.1 is not a valid IPv4 address" },
		{ "tcp.port == abc", 12, 3, "tcp.port takes a number, not abc" },
		{ "tcp.flags.syn == true", 17, 4, "tcp.flags.syn takes 1, 0, True or False, not true" },
		{ "frame.protocols == \"tcp", 19, 1, "this text has no closing quote" },
		{ "tcp.port = 80", 9, 1, "equality is ==" },
		{ "", 0, 0, "something is missing at the end" },
	};
	(void)state;
	for (unsigned i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		struct filter_error error = { 0 };
		assert_null(dfilter_compile(db, samples[i].text, 0, INT64_MAX, &error));
		assert_string_equal(error.message, samples[i].message);
		assert_int_equal(error.offset, samples[i].offset);
		assert_int_equal(error.length, samples[i].length);
	}
}

/* Nesting is bounded: no filter, however deep, takes the stack. */
static void deep(void **state)
{
	char text[5000];
	struct filter_error error;
	(void)state;
	memset(text, '(', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_null(dfilter_compile(db, text, 0, INT64_MAX, &error));
	memset(text, '!', sizeof(text) - 1);
	assert_null(dfilter_compile(db, text, 0, INT64_MAX, &error));
}

/* Values never become SQL. */
static void injection(void **state)
{
	char got[512];
	(void)state;
	run("frame.protocols == \"' OR 1=1 --\"", got, sizeof(got));
	assert_string_equal(got, "");
	struct filter_error error;
	assert_null(dfilter_compile(db, "x';DROP", 0, INT64_MAX, &error));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames),
		cmocka_unit_test(refused),
		cmocka_unit_test(mistakes),
		cmocka_unit_test(deep),
		cmocka_unit_test(injection),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
