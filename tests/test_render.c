/* Rows to text: what RFC 8259 (JSON) and RFC 4180 (CSV) ask for, and what must never reach a terminal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "query/render/render.h"

static const struct render_column columns[] = {
	{ "name", "Name", RENDER_TEXT },
	{ "frames", "Packets", RENDER_NUMBER },
	{ "percent", NULL, RENDER_NUMBER },
};

/* The rows in a format; width 0: not a terminal. */
static char *print(const char *format, const struct render_column *c, unsigned ncolumns,
	const struct value *cells, unsigned nrows, unsigned width, bool utf8)
{
	char *text = NULL;
	size_t n;
	FILE *out = open_memstream(&text, &n);
	struct render *r = render_open(format, out, c, ncolumns);
	assert_non_null(r);
	render_set_terminal(r, width, utf8);
	for (unsigned i = 0; i < nrows; i++)
		assert_int_equal(render_row(r, cells + i * ncolumns), 0);
	assert_int_equal(render_close(r), 0);
	fclose(out);
	return text;
}

static void expect(const char *format, const struct value *cells, unsigned nrows, unsigned width, bool utf8,
	const char *want)
{
	char *got = print(format, columns, 3, cells, nrows, width, utf8);
	assert_string_equal(got, want);
	free(got);
}

static struct value plain[6], hostile[3];

static int set_up(void **state)
{
	(void)state;
	plain[0] = value_text("Ethernet");
	plain[1] = value_int(754);
	plain[2] = (struct value) { VALUE_REAL, 2, "%", .real = 59.1512 };
	plain[3] = value_text("\xe4\xb8\xad\xe6\x96\x87"); /* two letters, four columns */
	plain[4] = value_null();
	plain[5] = value_real(100, 2);
	/* A title-setting sequence, a line break, a quote, U+202E (right-to-left override), C1 CSI, an octet
	 * that is no UTF-8. */
	hostile[0] = value_text("\x1b]0;x\a\n\"\xe2\x80\xae\xc2\x9b\xff,");
	hostile[1] = value_int(INT64_MIN);
	hostile[2] = value_real(1.0 / 0.0, 2);
	return 0;
}

static void table(void **state)
{
	(void)state;
	expect("table", plain, 2, 0, false,
		"Name      Packets  percent\n"
		"Ethernet      754   59.15%\n"
		"\xe4\xb8\xad\xe6\x96\x87                100.00\n");
	expect("table", plain, 1, 80, false,
		"Name      Packets  percent\n"
		"--------  -------  -------\n"
		"Ethernet      754   59.15%\n");
	expect("table", plain, 0, 0, false, "Name  Packets  percent\n");
}

static void table_shortens_on_a_terminal_only(void **state)
{
	struct value cells[] = { value_text("a long name of a capture file.pcapng"), value_int(1),
		value_int(2) };
	(void)state;
	expect("table", cells, 1, 0, false,
		"Name                                  Packets  percent\n"
		"a long name of a capture file.pcapng        1        2\n");
	expect("table", cells, 1, 30, true,
		"Name          Packets  percent\n"
		"\xe2\x94\x80\xe2\x94\x80\xe2\x94\x80\xe2\x94\x80\xe2\x94\x80\xe2\x94\x80\xe2\x94\x80\xe2\x94"
		"\x80\xe2\x94\x80\xe2\x94\x80\xe2\x94\x80\xe2\x94\x80  "
		"\xe2\x94\x80\xe2\x94\x80\xe2\x94\x80\xe2\x94\x80\xe2\x94\x80\xe2\x94\x80\xe2\x94\x80  "
		"\xe2\x94\x80\xe2\x94\x80\xe2\x94\x80\xe2\x94\x80\xe2\x94\x80\xe2\x94\x80\xe2\x94\x80\n"
		"a long name\xe2\x80\xa6        1        2\n");
}

static void hostile_text_in_a_table(void **state)
{
	(void)state;
	expect("table", hostile, 1, 0, false,
		"Name                                           Packets  percent\n"
		"\\x1b]0;x\\a\\n\"\\u{202e}\\u{9b}\\xff,  -9223372036854775808\n");
}

static void csv(void **state)
{
	(void)state;
	expect("csv", plain, 2, 0, false,
		"name,frames,percent\r\nEthernet,754,59.1512\r\n\"\xe4\xb8\xad\xe6\x96\x87\",,100\r\n");
	/* In a file, quoted line breaks stay; on a terminal nothing does. */
	expect("csv", hostile, 1, 0, false,
		"name,frames,percent\r\n\"\\x1b]0;x\\a\n\"\"\\u{202e}\\u{9b}\\xff,\",-9223372036854775808,"
		"\r\n");
	expect("csv", hostile, 1, 80, true,
		"name,frames,percent\n\"\\x1b]0;x\\a\\n\"\"\\u{202e}\\u{9b}\\xff,\",-9223372036854775808,\n");
}

static void json(void **state)
{
	static const char *const keys[] = { "a", "b" };
	struct value inner[] = { value_int(1), value_null() }, cells[3];
	(void)state;
	expect("json", plain, 0, 0, false, "[]\n");
	expect("json", hostile, 1, 0, false,
		"[\n{\"name\":\"\\u001b]0;x\\u0007\\n\\\"\\u202e\\u009b\xef\xbf\xbd,\",\"frames\":-"
		"9223372036854775808,\"percent\":null}\n]\n");
	cells[0] = value_list(inner, 2);
	cells[1] = value_object(keys, inner, 2);
	cells[2] = value_real(0.1, 6);
	expect("jsonl", cells, 1, 0, false,
		"{\"name\":[1,null],\"frames\":{\"a\":1,\"b\":null},\"percent\":0.1}\n");
	expect("csv", cells, 1, 0, false,
		"name,frames,percent\r\n\"[1,null]\",\"{\"\"a\"\":1,\"\"b\"\":null}\",0.1\r\n");
}

/* Octets that RFC 3629 forbids: overlong, surrogate, too large, cut. */
/* A table rounds as printf does, and CSV has the fewest digits that read back as the same number. */
static void expect_number(double v, unsigned decimals)
{
	static const struct render_column one[] = { { "n", NULL, RENDER_NUMBER } };
	struct value cell = value_real(v, decimals);
	char want[400];
	char *got = print("table", one, 1, &cell, 1, 0, false);
	snprintf(want, sizeof(want), "%.*f\n", (int)decimals, v);
	assert_string_equal(strchr(got, '\n') + 1 + strspn(strchr(got, '\n') + 1, " "), want);
	free(got);
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(want, sizeof(want), "%.*g\r\n", digits, v);
		if (strtod(want, NULL) == v)
			break;
	}
	got = print("csv", one, 1, &cell, 1, 0, false);
	assert_string_equal(strchr(got, '\n') + 1, want);
	free(got);
}

static void numbers(void **state)
{
	static const double edges[] = { 0, -0.0, 0.5, 1.5, 2.5, -0.4, 0.05, 0.125, 1e-4, 9.9999e-5, 1e-9,
		999999.9999995, 1e12, 1e15, 999999999999999, 1e22, 1.7e308, 5e-324, 0.1 + 0.2,
		1567989106.123456789, -1567989106.5 };
	uint64_t x = 88172645463325252u;
	(void)state;
	for (unsigned i = 0; i < sizeof(edges) / sizeof(*edges); i++)
		for (unsigned decimals = 0; decimals <= 12; decimals++)
			expect_number(edges[i], decimals);
	for (unsigned i = 0; i < 20000; i++) {
		x ^= x << 13; /* xorshift */
		x ^= x >> 7;
		x ^= x << 17;
		double whole = (double)(int64_t)(x >> (i % 60));
		expect_number(whole / (i % 3 ? 1e9 : 4096), i % 10);
		expect_number(-whole / (double)(i + 1), i % 7);
	}
	struct value least = value_int(INT64_MIN);
	char *got = print("jsonl", columns + 1, 1, &least, 1, 0, false);
	assert_string_equal(got, "{\"frames\":-9223372036854775808}\n");
	free(got);
}

static void utf8(void **state)
{
	static const char *const bad[] = { "\xc0\x80", "\xe0\x80\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80",
		"\xe2\x82" };
	(void)state;
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char *text = NULL;
		size_t n;
		FILE *out = open_memstream(&text, &n);
		render_visible_text(out, bad[i]);
		fclose(out);
		assert_int_equal(n, strlen(bad[i]) * 4); /* \xNN each */
		free(text);
	}
	assert_int_equal(render_visible_width("\xe4\xb8\xad", 3), 2);
	assert_int_equal(render_visible_width("e\xcc\x81", 3), 1); /* combining acute */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table),
		cmocka_unit_test(table_shortens_on_a_terminal_only),
		cmocka_unit_test(hostile_text_in_a_table),
		cmocka_unit_test(csv),
		cmocka_unit_test(json),
		cmocka_unit_test(numbers),
		cmocka_unit_test(utf8),
	};
	return cmocka_run_group_tests(tests, set_up, NULL);
}
