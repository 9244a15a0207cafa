#include "indexer/layout.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#define OCTETS_SHOWN 36 /* what is longer is cut, as in Wireshark's tree */

void layout_say(const struct layout_lines *l, unsigned depth, const char *format, ...)
{
	char text[1024];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	l->add(l->to, depth, text);
}

void layout_octets_text(char text[LAYOUT_OCTETS_TEXT], const uint8_t *octets, uint32_t n)
{
	text[0] = '\0';
	for (uint32_t i = 0; i < n && i < OCTETS_SHOWN; i++)
		snprintf(text + 2 * i, 3, "%02x", octets[i]);
	if (n > OCTETS_SHOWN)
		snprintf(text + 2 * OCTETS_SHOWN, LAYOUT_OCTETS_TEXT - 2 * OCTETS_SHOWN, "…");
}

void layout_say_octets(
	const struct layout_lines *l, unsigned depth, const char *label, const uint8_t *octets, uint32_t n)
{
	char hex[LAYOUT_OCTETS_TEXT];
	layout_octets_text(hex, octets, n);
	layout_say(l, depth, "%s: %s", label, n ? hex : "<MISSING>");
}

void layout_time_text(char text[LAYOUT_TIME_TEXT], int64_t ns)
{
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep",
		"Oct", "Nov", "Dec" };
	struct tm tm;
	time_t seconds = ns / 1000000000 - (ns % 1000000000 < 0);
	gmtime_r(&seconds, &tm);
	snprintf(text, LAYOUT_TIME_TEXT, "%s %2d, %d %02d:%02d:%02d.%09" PRId64 " UTC", months[tm.tm_mon],
		tm.tm_mday, tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec,
		ns - (int64_t)seconds * 1000000000);
}

void layout_say_time(const struct layout_lines *l, unsigned depth, const char *label, int64_t ns)
{
	char text[LAYOUT_TIME_TEXT];
	layout_time_text(text, ns);
	layout_say(l, depth, "%s: %s", label, text);
}

const char *layout_name(const struct value_name *names, uint64_t number, const char *otherwise)
{
	for (; names && names->name; names++)
		if ((uint64_t)names->value == number)
			return names->name;
	return otherwise;
}

void layout_say_named(const struct layout_lines *l, unsigned depth, const char *label, uint64_t number,
	const struct value_name *names, const char *unknown)
{
	layout_say(l, depth, "%s: %s (%" PRIu64 ")", label, layout_name(names, number, unknown), number);
}
