#include "indexer/layout.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

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

void layout_say_octets(
	const struct layout_lines *l, unsigned depth, const char *label, const uint8_t *octets, uint32_t n)
{
	char hex[2 * OCTETS_SHOWN + 1] = "";
	for (uint32_t i = 0; i < n && i < OCTETS_SHOWN; i++)
		snprintf(hex + 2 * i, 3, "%02x", octets[i]);
	layout_say(l, depth, "%s: %s%s", label, n ? hex : "<MISSING>", n > OCTETS_SHOWN ? "…" : "");
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
