/* Every block, padded to 32 bits:
 *
 *     +------+--------------+------+---------+-----------------+--------------+
 *     | type | total length | body | options | end of options  | total length |
 *     +------+--------------+------+---------+-----------------+--------------+
 *
 * and an option is code (16), length (16), value, padding. */
#include "query/pcapng_write.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCK_SECTION = 0x0a0d0d0a, BLOCK_INTERFACE = 1, BLOCK_PACKET = 6, BLOCK_SECRETS = 10 };
enum { OPT_END = 0, OPT_COMMENT = 1 };
enum { SHB_HARDWARE = 2, SHB_OS = 3, SHB_USERAPPL = 4 };
enum {
	IF_NAME = 2,
	IF_DESCRIPTION = 3,
	IF_MAC = 6,
	IF_SPEED = 8,
	IF_TSRESOL = 9,
	IF_FILTER = 11,
	IF_OS = 12,
	IF_FCSLEN = 13,
	IF_TSOFFSET = 14,
	IF_HARDWARE = 15
};
enum { EPB_FLAGS = 2, EPB_PACKETID = 5 };

static void put(struct pcapng_writer *w, const void *octets, size_t n)
{
	size_t padded = (n + 3) & ~(size_t)3;
	if (w->failed)
		return;
	if (w->size - w->used < padded) {
		size_t size = (w->used + padded) * 2;
		uint8_t *block = realloc(w->block, size);
		if (!block) {
			w->failed = true;
			return;
		}
		w->block = block;
		w->size = size;
	}
	if (n)
		memcpy(w->block + w->used, octets, n);
	memset(w->block + w->used + n, 0, padded - n);
	w->used += padded;
}

static void put_le(struct pcapng_writer *w, uint64_t v, unsigned n)
{
	uint8_t octets[8];
	for (unsigned i = 0; i < n; i++)
		octets[i] = (uint8_t)(v >> 8 * i);
	put(w, octets, n);
}

static void put_option(struct pcapng_writer *w, unsigned code, const void *value, size_t n)
{
	if (n > UINT16_MAX)
		n = UINT16_MAX;
	put_le(w, code | (uint32_t)n << 16, 4);
	put(w, value, n);
}

static void put_text(struct pcapng_writer *w, unsigned code, const char *text)
{
	if (text)
		put_option(w, code, text, strlen(text));
}

static void put_number(struct pcapng_writer *w, unsigned code, uint64_t v, unsigned n)
{
	uint8_t octets[8];
	for (unsigned i = 0; i < n; i++)
		octets[i] = (uint8_t)(v >> 8 * i);
	put_option(w, code, octets, n);
}

static void begin(struct pcapng_writer *w, uint32_t type)
{
	w->used = 0;
	put_le(w, type, 4);
	put_le(w, 0, 4);
}

/* `options`: any were put. */
static void end(struct pcapng_writer *w, bool options)
{
	if (options)
		put_le(w, OPT_END, 4);
	uint32_t length = (uint32_t)w->used + 4;
	put_le(w, length, 4);
	if (w->failed)
		return;
	for (unsigned i = 0; i < 4; i++)
		w->block[4 + i] = (uint8_t)(length >> 8 * i);
	fwrite(w->block, 1, w->used, w->out);
}

void pcapng_begin_section(struct pcapng_writer *w, const struct pcapng_section_info *s)
{
	begin(w, BLOCK_SECTION);
	put_le(w, 0x1a2b3c4d, 4); /* byte-order magic */
	put_le(w, 1, 4);          /* version 1.0 */
	put_le(w, UINT64_MAX, 8); /* length of the section: not said */
	put_text(w, OPT_COMMENT, s->comment);
	put_text(w, SHB_HARDWARE, s->hardware);
	put_text(w, SHB_OS, s->os);
	put_text(w, SHB_USERAPPL, s->application);
	end(w, s->comment || s->hardware || s->os || s->application);
	w->interfaces = 0;
}

/* 02:00:00:00:00:01 as octets. */
static bool mac_octets(uint8_t out[6], const char *text)
{
	unsigned v[6];
	if (sscanf(text, "%2x:%2x:%2x:%2x:%2x:%2x", &v[0], &v[1], &v[2], &v[3], &v[4], &v[5]) != 6)
		return false;
	for (int i = 0; i < 6; i++)
		out[i] = (uint8_t)v[i];
	return true;
}

uint32_t pcapng_add_interface(struct pcapng_writer *w, const struct pcapng_interface_info *i)
{
	uint8_t mac[6];
	begin(w, BLOCK_INTERFACE);
	put_le(w, i->link_type, 4); /* and 16 reserved bits */
	put_le(w, i->snaplen, 4);
	put_text(w, OPT_COMMENT, i->comment);
	put_text(w, IF_NAME, i->name);
	put_text(w, IF_DESCRIPTION, i->description);
	if (i->mac && mac_octets(mac, i->mac))
		put_option(w, IF_MAC, mac, 6);
	if (i->speed)
		put_number(w, IF_SPEED, i->speed, 8);
	put_number(w, IF_TSRESOL, 9, 1); /* 10^-9 s */
	if (i->filter) {                 /* the first octet says of which kind: 0 libpcap's text */
		char text[1024] = "";
		size_t n = strnlen(i->filter, sizeof(text) - 1);
		memcpy(text + 1, i->filter, n);
		put_option(w, IF_FILTER, text, n + 1);
	}
	put_text(w, IF_OS, i->os);
	if (i->fcs_len >= 0)
		put_number(w, IF_FCSLEN, (uint64_t)i->fcs_len, 1);
	if (i->offset_seconds)
		put_number(w, IF_TSOFFSET, (uint64_t)i->offset_seconds, 8);
	put_text(w, IF_HARDWARE, i->hardware);
	end(w, true);
	return w->interfaces++;
}

void pcapng_add_secrets(struct pcapng_writer *w, uint32_t type, const uint8_t *secrets, uint32_t length)
{
	begin(w, BLOCK_SECRETS);
	put_le(w, type, 4);
	put_le(w, length, 4);
	put(w, secrets, length);
	end(w, false);
}

void pcapng_add_packet(struct pcapng_writer *w, const struct pcapng_packet_info *p)
{
	begin(w, BLOCK_PACKET);
	put_le(w, p->interface, 4);
	put_le(w, p->time_ns >> 32, 4);
	put_le(w, p->time_ns & UINT32_MAX, 4);
	put_le(w, p->cap_len, 4);
	put_le(w, p->len, 4);
	put(w, p->data, p->cap_len);
	for (unsigned i = 0; i < p->ncomments; i++)
		put_text(w, OPT_COMMENT, p->comments[i]);
	if (p->has_flags)
		put_number(w, EPB_FLAGS, p->flags, 4);
	if (p->has_packet_id)
		put_number(w, EPB_PACKETID, p->packet_id, 8);
	end(w, p->ncomments || p->has_flags || p->has_packet_id);
}

int pcapng_finish(struct pcapng_writer *w)
{
	int rc = w->failed || ferror(w->out) ? -1 : 0;
	free(w->block);
	*w = (struct pcapng_writer) { 0 };
	return rc;
}
