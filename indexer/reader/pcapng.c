/* pcapng (draft-ietf-opsawg-pcapng): the walk over the blocks, and the blocks that hold packets.
 *
 *	block  type, total length, body, total length again; all padded to four octets (section 3.1)
 *
 * libpcap is not used: it wants one link type, snaplen and resolution in the whole file, and passes over
 *names, statistics, secrets, comments and flags. Where the draft leaves to the reader what to do with a wrong
 *length, we do as Wireshark does: the block is damage, and nothing behind it is believed. */
#include "indexer/reader/internal.h"

#include "indexer/reader/encap.h"

#include <byteswap.h>
#include <stdlib.h>
#include <string.h>

enum block_type {                   /* section 10.1 */
	BLOCK_SECTION = 0x0a0d0d0a, /* a palindrome: the same in both byte orders */
	BLOCK_INTERFACE = 1,
	BLOCK_PACKET = 2, /* obsolete */
	BLOCK_SIMPLE_PACKET = 3,
	BLOCK_NAMES = 4,
	BLOCK_STATISTICS = 5,
	BLOCK_ENHANCED_PACKET = 6,
	BLOCK_JOURNAL = 9,
	BLOCK_SECRETS = 10,
	BLOCK_CUSTOM = 0x00000bad,
	BLOCK_CUSTOM_NO_COPY = 0x40000bad,
	BLOCK_SYSDIG_EVENT = 0x204,
	BLOCK_SYSDIG_EVENT_2 = 0x216,
};

enum {
	BLOCK_HEADER = 8,
	BLOCK_MIN = 12,
	/* The largest packet of any link type, and 128 KiB of options. */
	BLOCK_MAX = 32 + 128 * 1024 * 1024 + 128 * 1024,
	MAGIC_NATIVE = 0x1a2b3c4d,
};

static uint32_t word(const struct reader *r, const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return r->ng.swapped ? bswap_32(v) : v;
}

static uint64_t word64(const struct reader *r, const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return r->ng.swapped ? bswap_64(v) : v;
}

/* Options of the packet blocks: sections 4.3 and A. */
static const char *packet_option(struct reader *r, void *ctx, const struct ng_option *o)
{
	/* Lengths that the draft fixes; Wireshark gives the file up at another one. */
	static const uint8_t lengths[] = { [2] = 4, [4] = 8, [5] = 8, [6] = 4, [8] = 8 };
	struct frame *f = ctx;

	if (o->code < sizeof(lengths) && lengths[o->code] && lengths[o->code] != o->length)
		return "a packet's option is not of the length it must have";
	switch (o->code) {
	case 2: /* epb_flags */
		f->flags = word(r, o->value);
		f->has_flags = true;
		break;
	case 3: /* epb_hash */
		if (o->length < 1)
			return "a packet's hash without an algorithm";
		break;
	case 4: /* epb_dropcount */
		f->drops = word64(r, o->value);
		f->has_drops = true;
		break;
	case 5: /* epb_packetid */
		f->packet_id = word64(r, o->value);
		f->has_packet_id = true;
		break;
	case 7: /* epb_verdict: hardware, Linux eBPF TC, Linux eBPF XDP */
		if (o->length < 1 || ((o->value[0] == 1 || o->value[0] == 2) && o->length != 9))
			return "a packet's verdict is not of the length it must have";
		break;
	default:
		break;
	}
	return NULL;
}

static size_t padded(size_t n)
{
	return (n + 3) & ~(size_t)3;
}

/* The interface `id` of this section, for a packet in a block at `offset`; NULL when there is none. */
static const struct ng_interface *interface_of(
	struct reader *r, uint32_t id, struct frame *f, uint64_t offset)
{
	struct pcapng *ng = &r->ng;
	const struct ng_interface *i;

	if (id >= ng->ninterfaces - ng->first_interface) {
		reader_damaged(r, offset,
			"a packet of interface %u, but the section has %u interfaces so far", id,
			ng->ninterfaces - ng->first_interface);
		return NULL;
	}
	i = &ng->interfaces[ng->first_interface + id];
	f->interface = ng->first_interface + id;
	f->has_interface = true;
	f->link_type = i->link_type;
	return i;
}

/* Enhanced packet block (section 4.3), and the packet block that it replaced (appendix A): interface, for the
 * old one in 16 bits with 16 of drops behind, time, captured length, length, data, options. */
static enum reader_status read_packet(
	struct reader *r, const uint8_t *b, size_t n, uint64_t offset, bool enhanced, struct frame *f)
{
	const struct ng_interface *i;
	enum reader_status status;
	uint32_t id, cap_len, len, drops = 0xffff;
	uint64_t ticks;

	if (n < 20)
		return reader_damaged(r, offset, "a packet block of only %zu octets", n + BLOCK_MIN);
	id = word(r, b);
	if (!enhanced) {
		uint16_t halves[2];

		memcpy(halves, b, sizeof(halves));
		id = r->ng.swapped ? bswap_16(halves[0]) : halves[0];
		drops = r->ng.swapped ? bswap_16(halves[1]) : halves[1];
	}
	ticks = (uint64_t)word(r, b + 4) << 32 | word(r, b + 8);
	cap_len = word(r, b + 12);
	len = word(r, b + 16);
	if (cap_len > n - 20 || padded(cap_len) > n - 20)
		return reader_damaged(
			r, offset, "a packet of %u octets in a block that has room for %zu", cap_len, n - 20);
	if (!(i = interface_of(r, id, f, offset)))
		return READER_DAMAGED;
	if (cap_len > i->max_frame)
		return reader_damaged(r, offset, "a packet of %u octets, more than the largest possible (%u)",
			cap_len, i->max_frame);
	f->time_ns = ng_time(i, ticks);
	f->has_time = true;
	f->offset = offset + BLOCK_HEADER + 20;
	f->data = b + 20;
	reader_finish_frame(f, cap_len, len);
	if (!enhanced && drops != 0xffff) {
		f->drops = drops;
		f->has_drops = true;
	}
	if (n - 20 == padded(cap_len))
		return READER_FRAME;
	status = ng_options(r, b + 20 + padded(cap_len), n - 20 - padded(cap_len), offset, packet_option, f);
	if (status != READER_END)
		return status;
	f->ncomments = r->ng.ncomments;
	f->comments = r->ng.comments;
	return READER_FRAME;
}

/* Section 4.4: only the length on the wire; the interface is the section's first and cuts at its snaplen. */
static enum reader_status read_simple(
	struct reader *r, const uint8_t *b, size_t n, uint64_t offset, struct frame *f)
{
	const struct ng_interface *i;
	uint32_t len, cap_len;

	if (n < 4)
		return reader_damaged(r, offset, "a packet block of only %zu octets", n + BLOCK_MIN);
	if (!(i = interface_of(r, 0, f, offset)))
		return READER_DAMAGED;
	len = cap_len = word(r, b);
	if (i->snaplen && cap_len > i->snaplen)
		cap_len = i->snaplen;
	if (cap_len > n - 4 || padded(cap_len) > n - 4)
		return reader_damaged(
			r, offset, "a packet of %u octets in a block that has room for %zu", len, n - 4);
	if (cap_len > i->max_frame)
		return reader_damaged(r, offset, "a packet of %u octets, more than the largest possible (%u)",
			cap_len, i->max_frame);
	f->offset = offset + BLOCK_HEADER + 4;
	f->data = b + 4;
	reader_finish_frame(f, cap_len, len);
	return READER_FRAME;
}

/* A frame of a block that no interface captured: `skip` octets of the body, then data. */
static enum reader_status odd_frame(struct reader *r, uint32_t type, enum frame_kind kind, const uint8_t *b,
	size_t n, size_t skip, uint64_t offset, struct frame *f)
{
	enum reader_status status;

	if (n < skip)
		return reader_damaged(
			r, offset, "a block of type 0x%x of only %zu octets", type, n + BLOCK_MIN);
	status = ng_other(r, type, n, offset);
	if (status != READER_END)
		return status;
	f->kind = kind;
	f->interface = UINT32_MAX;
	f->link_type = 0xffff;
	f->offset = offset + BLOCK_HEADER + skip;
	f->data = b + skip;
	f->len = f->cap_len = (uint32_t)(n - skip);
	return READER_FRAME;
}

/* Section 4.8: an entry in systemd's Journal Export Format, text lines padded with NULs. Its time is in one
 * of them. */
static enum reader_status read_journal(
	struct reader *r, const uint8_t *b, size_t n, uint64_t offset, struct frame *f)
{
	static const char key[] = "__REALTIME_TIMESTAMP=";
	const size_t key_len = sizeof(key) - 1;
	const uint8_t *at;
	size_t length = n;

	while (length > 0 && b[length - 1] == 0)
		length--;
	if (length < key_len + 2)
		return reader_damaged(r, offset, "a journal entry of only %zu octets", length);
	at = memmem(b, length, key, key_len);
	if (at) {
		uint64_t time = 0;
		const uint8_t *digits = at + key_len, *p = digits;

		for (; p < b + length && *p >= '0' && *p <= '9' && p - digits < 18; p++)
			time = time * 10 + (uint64_t)(*p - '0');
		f->has_time = p > digits;
		f->time_ns = reader_time((int64_t)(time / 1000000), (int64_t)(time % 1000000 * 1000));
	}
	if (odd_frame(r, BLOCK_JOURNAL, FRAME_JOURNAL, b, n, 0, offset, f) != READER_FRAME)
		return READER_STOPPED;
	f->len = f->cap_len = (uint32_t)length;
	return READER_FRAME;
}

/* Sysdig's event blocks: processor (16 bits), nanoseconds and thread (64 bits), event's length (32) and type
 * (16), in version 2 the number of parameters (32), parameters. */
static enum reader_status read_sysdig(
	struct reader *r, uint32_t type, const uint8_t *b, size_t n, uint64_t offset, struct frame *f)
{
	size_t header = type == BLOCK_SYSDIG_EVENT_2 ? 28 : 24;
	enum reader_status status = odd_frame(r, type, FRAME_SYSDIG, b, n, header, offset, f);

	if (status != READER_FRAME)
		return status;
	f->time_ns = reader_time(
		(int64_t)(word64(r, b + 2) / 1000000000), (int64_t)(word64(r, b + 2) % 1000000000));
	f->has_time = true;
	f->len = word(r, b + 18);
	return READER_FRAME;
}

/* READER_FRAME: *f is filled. READER_END: the block is done and had no frame. */
static enum reader_status read_block(
	struct reader *r, uint32_t type, const uint8_t *b, size_t n, uint64_t offset, struct frame *f)
{
	switch (type) {
	case BLOCK_SECTION:
		return ng_section(r, b, n, offset);
	case BLOCK_INTERFACE:
		return ng_interface(r, b, n, offset);
	case BLOCK_ENHANCED_PACKET:
		return read_packet(r, b, n, offset, true, f);
	case BLOCK_PACKET:
		return read_packet(r, b, n, offset, false, f);
	case BLOCK_SIMPLE_PACKET:
		return read_simple(r, b, n, offset, f);
	case BLOCK_NAMES:
		return ng_names(r, b, n, offset);
	case BLOCK_STATISTICS:
		return ng_statistics(r, b, n, offset);
	case BLOCK_SECRETS:
		return ng_secrets(r, b, n, offset);
	case BLOCK_JOURNAL:
		return read_journal(r, b, n, offset, f);
	case BLOCK_SYSDIG_EVENT:
	case BLOCK_SYSDIG_EVENT_2:
		return read_sysdig(r, type, b, n, offset, f);
	case BLOCK_CUSTOM:
	case BLOCK_CUSTOM_NO_COPY:
		/* Data is behind the enterprise number. Wireshark leaves the time of the record before in
		 * place, and what follows is measured from that. */
		f->time_ns = r->ng.last_time;
		return odd_frame(r, type, FRAME_CUSTOM, b, n, 4, offset, f);
	default:
		return ng_other(r, type, n, offset);
	}
}

/* Read a whole block into the window; NULL and *status when that cannot be done. */
static const uint8_t *next_block(struct reader *r, uint32_t *type, size_t *total, enum reader_status *status)
{
	uint64_t offset = input_offset(&r->in);
	const uint8_t *p = input_need(&r->in, BLOCK_HEADER);
	uint32_t length;

	if (!p) {
		*status = reader_ran_out(r, offset, "block's header", BLOCK_HEADER);
		return NULL;
	}
	*type = word(r, p);
	if (*type == BLOCK_SECTION) { /* its byte order is its own: section 4.1 */
		p = input_need(&r->in, BLOCK_MIN);
		if (!p) {
			*status = reader_ran_out(r, offset, "section header", BLOCK_MIN);
			return NULL;
		}
		if (!pcapng_magic(p)) {
			*status = reader_damaged(r, offset, "a section header without a byte-order magic");
			return NULL;
		}
		r->ng.swapped = false;
		r->ng.swapped = word(r, p + 8) != MAGIC_NATIVE;
	}
	length = word(r, p + 4);
	/* It must be a multiple of four (section 3.1); some writers leave the padding out. */
	*total = padded(length);
	if (*total < BLOCK_MIN || *total > BLOCK_MAX) {
		*status = reader_damaged(r, offset, "a block of %u octets, which is %s", length,
			*total < BLOCK_MIN ? "less than a block can have" : "more than the largest possible");
		return NULL;
	}
	p = input_need(&r->in, *total);
	if (!p) {
		*status = reader_ran_out(r, offset, "block", *total);
		return NULL;
	}
	if (padded(word(r, p + *total - 4)) != *total) {
		*status = reader_damaged(r, offset, "a block of %u octets at its begin and %u at its end",
			length, word(r, p + *total - 4));
		return NULL;
	}
	return p;
}

static enum reader_status pcapng_next_frame(struct reader *r, struct frame *f)
{
	enum reader_status status = READER_END;

	while (status == READER_END) {
		uint64_t offset = input_offset(&r->in);
		uint32_t type;
		size_t total;
		const uint8_t *p = next_block(r, &type, &total, &status);

		if (!p)
			break;
		r->ng.text_used = 0;
		r->ng.ncomments = 0;
		*f = (struct frame) { .record_end = offset + total };
		status = read_block(r, type, p + BLOCK_HEADER, total - BLOCK_MIN, offset, f);
		if (status == READER_FRAME)
			r->ng.last_time = f->time_ns;
		/* Damage stays where it is, so that nothing of the block counts as read. */
		if (status == READER_FRAME || status == READER_END)
			input_take(&r->in, total);
	}
	return status;
}

bool pcapng_magic(const uint8_t head[12])
{
	static const uint8_t type[4] = { 0x0a, 0x0d, 0x0d, 0x0a };
	uint32_t magic;

	memcpy(&magic, head + 8, sizeof(magic));
	return memcmp(head, type, sizeof(type)) == 0 &&
	       (magic == MAGIC_NATIVE || bswap_32(magic) == MAGIC_NATIVE);
}

int pcapng_begin(struct reader *r)
{
	const uint8_t *p = input_need(&r->in, BLOCK_MIN);
	enum reader_status status = READER_END;
	uint32_t type;
	size_t total;

	if (!p || !pcapng_magic(p))
		return 1;
	r->container = "pcapng";
	if (!next_block(r, &type, &total, &status)) {
		r->error->not_a_capture = status == READER_DAMAGED;
		if (status == READER_DAMAGED)
			return -1;
	}
	r->next = pcapng_next_frame;
	return 0;
}

void pcapng_end(struct reader *r)
{
	free(r->ng.interfaces);
	free(r->ng.text);
	free(r->ng.comments);
}
