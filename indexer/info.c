#include "indexer/info.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "indexer/packet.h"
#include "schema/address.h"
#include "schema/utf8.h"

/* What an ICMP error quotes is no news of its own. */
static struct info *writable(const struct packet *pkt)
{
	return pkt->in_error ? NULL : pkt->info;
}

static void put(struct info *o, unsigned at, const char *format, va_list args)
{
	int n = vsnprintf(o->text + at, sizeof(o->text) - at, format, args);
	o->len = n < 0 ? at : at + (unsigned)n;
	if (o->len > INFO_MAX)
		o->len = INFO_MAX;
	o->text[o->len] = '\0';
}

void info_set_(struct packet *pkt, const char *format, ...)
{
	struct info *o = writable(pkt);
	va_list args;
	if (!o)
		return;
	va_start(args, format);
	put(o, o->fence, format, args);
	va_end(args);
}

void info_add_(struct packet *pkt, const char *format, ...)
{
	struct info *o = writable(pkt);
	va_list args;
	if (!o)
		return;
	va_start(args, format);
	put(o, o->len, format, args);
	va_end(args);
}

void info_sep_(struct packet *pkt, const char *separator, const char *format, ...)
{
	struct info *o = writable(pkt);
	va_list args;
	if (!o)
		return;
	if (o->len)
		info_add_(pkt, "%s", separator);
	va_start(args, format);
	put(o, o->len, format, args);
	va_end(args);
}

/* Gives how many octets it was. */
static unsigned prepend(struct info *o, const char *format, va_list args)
{
	char first[256];
	int n = vsnprintf(first, sizeof(first), format, args);
	unsigned len = n < 0 ? 0 : (unsigned)n < sizeof(first) ? (unsigned)n : (unsigned)sizeof(first) - 1;
	unsigned rest = o->len + len > INFO_MAX ? INFO_MAX - len : o->len;
	memmove(o->text + len, o->text, rest);
	memcpy(o->text, first, len);
	o->len = len + rest;
	o->text[o->len] = '\0';
	return len;
}

void info_prepend_(struct packet *pkt, const char *format, ...)
{
	struct info *o = writable(pkt);
	va_list args;
	if (!o)
		return;
	va_start(args, format);
	unsigned n = prepend(o, format, args);
	va_end(args);
	o->fence += o->fence ? n : 0;
}

void info_prepend_fenced_(struct packet *pkt, const char *format, ...)
{
	struct info *o = writable(pkt);
	va_list args;
	if (!o)
		return;
	va_start(args, format);
	o->fence += prepend(o, format, args);
	va_end(args);
}

void info_note_(struct packet *pkt, const char *format, ...)
{
	struct info *o = writable(pkt);
	va_list args;
	if (!o)
		return;
	va_start(args, format);
	int n = vsnprintf(o->note + o->note_len, sizeof(o->note) - o->note_len, format, args);
	va_end(args);
	o->note_len += n > 0 ? (unsigned)n : 0;
	if (o->note_len >= sizeof(o->note))
		o->note_len = sizeof(o->note) - 1;
}

void info_notes_(struct packet *pkt)
{
	struct info *o = writable(pkt);
	if (!o)
		return;
	if (o->note_len)
		info_add_(pkt, "%s", o->note);
	o->note_len = 0;
	o->note[0] = '\0';
}

void info_end_(struct packet *pkt)
{
	pkt->info->ended = !pkt->fail;
}

void info_fence_(struct packet *pkt)
{
	struct info *o = writable(pkt);
	if (o)
		o->fence = o->len;
}

void info_text_(struct packet *pkt, const void *octets, size_t n)
{
	static const char escapes[] = "abtnvfr"; /* 7 to 13 */
	const uint8_t *p = octets;
	struct info *o = writable(pkt);
	for (size_t i = 0; o && i < n && o->len < INFO_MAX;) {
		uint32_t point;
		unsigned len = utf8_read(p + i, n - i, &point);
		if (len == 1 && p[i] >= 7 && p[i] <= 13)
			info_add_(pkt, "\\%c", escapes[p[i] - 7]);
		else if (len == 0)
			info_add_(pkt, "%s", "\xef\xbf\xbd"); /* U+FFFD */
		else if (p[i] < ' ' || p[i] == 0x7f)
			info_add_(pkt, "\\%03o", p[i]);
		else
			info_add_(pkt, "%.*s", (int)len, (const char *)p + i);
		i += len ? len : 1;
	}
}

void info_line_(struct packet *pkt, const void *octets, size_t n)
{
	const char *p = octets;
	for (size_t i = 0, k; i < n; i = k) {
		for (k = i; k < n && (p[k] == ' ' || !isspace((unsigned char)p[k])); k++)
			;
		info_text_(pkt, p + i, k - i);
		if (k == n)
			break;
		info_add_(pkt, "%s", " ");
		while (k < n && p[k] != ' ' && isspace((unsigned char)p[k]))
			k++;
	}
}

void info_media_(struct packet *pkt)
{
	size_t n = 0;
	if (!pkt->media || !pkt->media_len)
		return;
	info_add_(pkt, "%s", " (");
	while (n < pkt->media_len && pkt->media[n] != ';' && !isspace((unsigned char)pkt->media[n]))
		info_add_(pkt, "%c", tolower((unsigned char)pkt->media[n++]));
	info_add_(pkt, "%s", ")");
}

void info_address_(struct packet *pkt, int kind, const uint8_t *octets)
{
	char text[64];
	address_text(text, (uint8_t)kind, octets, kind == KIND_IPV4 ? 4 : kind == KIND_IPV6 ? 16 : 6);
	info_add_(pkt, "%s", text);
}

const char *info_name(const struct value_name *names, int64_t value, const char *otherwise)
{
	for (; names && names->name; names++)
		if ((int64_t)names->value == value)
			return names->name;
	return otherwise;
}

int64_t info_later(struct packet *pkt, const char *field)
{
	const struct info *o = writable(pkt);
	return o && o->later ? o->later(o->later_ctx, pkt, field) : 0;
}

const void *info_final_flow(const struct packet *pkt, const struct protocol *proto)
{
	const struct info *o = writable(pkt);
	return o && o->final_flow && pkt->conversation ? o->final_flow(o->final_ctx, pkt, proto) : NULL;
}

bool info_empty(const struct packet *pkt)
{
	return pkt->info && pkt->info->len == pkt->info->fence;
}

void info_frame(struct packet *pkt)
{
	struct info *o = pkt->info;
	if (!o)
		return;
	o->len = o->fence = o->note_len = 0;
	o->ended = false;
	o->text[0] = o->note[0] = '\0';
}

void info_save_(struct packet *pkt, unsigned slot)
{
	struct info *o = pkt->info;
	o->saved[slot].len = o->len;
	o->saved[slot].fence = o->fence;
	memcpy(o->saved[slot].text, o->text, o->len);
}

void info_restore_(struct packet *pkt, unsigned slot)
{
	struct info *o = pkt->info;
	o->len = o->saved[slot].len;
	o->fence = o->saved[slot].fence;
	memcpy(o->text, o->saved[slot].text, o->len);
	o->text[o->len] = '\0';
}
