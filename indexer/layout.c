#include "indexer/layout.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define LINE_TEXT      512
#define LINE_TEXT_MOST 240 /* octets of a line of the tree */
#define OCTETS_SHOWN   36  /* what is longer is cut, as in Wireshark's tree */

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

void layout_say_lifetime(const struct layout_lines *l, unsigned depth, const char *label, uint32_t seconds)
{
	layout_say(l, depth, seconds == UINT32_MAX ? "%s: Infinity (%" PRIu32 ")" : "%s: %" PRIu32, label,
		seconds);
}

void layout_say_text(const struct layout_lines *l, unsigned depth, const uint8_t *octets, uint32_t n)
{
	static const char from[] = "\a\b\f\n\r\t\v", to[] = "abfnrtv";
	static const char mark[] = " [truncated]";
	char text[LINE_TEXT];
	size_t used = 0;
	for (uint32_t i = 0; i < n && used + 8 < sizeof(text); i++) {
		const char *named = octets[i] ? strchr(from, octets[i]) : NULL;
		if (named)
			used += (size_t)snprintf(text + used, sizeof(text) - used, "\\%c", to[named - from]);
		else if (octets[i] < 0x20 || octets[i] == 0x7f)
			used += (size_t)snprintf(text + used, sizeof(text) - used, "\\x%02x", octets[i]);
		else
			text[used++] = (char)octets[i];
	}
	text[used] = '\0';
	if (used >= LINE_TEXT_MOST) {
		used = LINE_TEXT_MOST - sizeof(mark) - 1;
		while (used && ((unsigned char)text[used] & 0xc0) == 0x80)
			used--;
		text[used] = '\0';
		layout_say(l, depth, "%s%s", mark, text);
		return;
	}
	layout_say(l, depth, "%s", text);
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
