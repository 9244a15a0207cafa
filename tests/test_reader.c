/* The reader: captures are built here octet by octet, as the specifications say (draft-ietf-opsawg-pcap,
 * draft-ietf-opsawg-pcapng), in both byte orders, and read back. */
#include "indexer/reader/encap.h"
#include "indexer/reader/reader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

/* ---- a file in the making ---- */

struct file {
	uint8_t octets[16 * 1024];
	size_t n;
	bool big_endian;
};

static void put(struct file *f, const void *octets, size_t n)
{
	assert_true(n <= sizeof(f->octets) - f->n);
	memcpy(f->octets + f->n, octets, n);
	f->n += n;
}

static void put_number(struct file *f, uint64_t v, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		uint8_t octet = (uint8_t)(v >> 8 * (f->big_endian ? n - 1 - i : i));

		put(f, &octet, 1);
	}
}

static void put32(struct file *f, uint32_t v)
{
	put_number(f, v, 4);
}

static void put16(struct file *f, uint32_t v)
{
	put_number(f, v, 2);
}

/* n octets that count up from `first`: their place can be told when they are read. */
static void put_data(struct file *f, unsigned first, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint8_t octet = (uint8_t)(first + i);

		put(f, &octet, 1);
	}
}

static void pcap_header(struct file *f, uint32_t magic, uint32_t snaplen, uint32_t link_type)
{
	put32(f, magic);
	put16(f, 2);
	put16(f, 4);
	put32(f, 0);
	put32(f, 0);
	put32(f, snaplen);
	put32(f, link_type);
}

static void pcap_record(struct file *f, uint32_t seconds, uint32_t fraction, uint32_t cap_len, uint32_t len)
{
	put32(f, seconds);
	put32(f, fraction);
	put32(f, cap_len);
	put32(f, len);
	put_data(f, 0x40, cap_len);
}

/* A block is opened, filled and closed; its two lengths are filled in then. */
static size_t block_open(struct file *f, uint32_t type)
{
	put32(f, type);
	put32(f, 0);
	return f->n - 8;
}

static void block_close(struct file *f, size_t at)
{
	uint32_t length;
	size_t end;

	while (f->n % 4)
		put(f, "", 1);
	length = (uint32_t)(f->n + 4 - at);
	end = f->n + 4;
	put32(f, length);
	f->n = at + 4;
	put32(f, length);
	f->n = end;
}

static void option(struct file *f, uint16_t code, const void *value, uint16_t length)
{
	put16(f, code);
	put16(f, length);
	put(f, value, length);
	while (f->n % 4)
		put(f, "", 1);
}

static void option_text(struct file *f, uint16_t code, const char *text)
{
	option(f, code, text, (uint16_t)strlen(text));
}

static void option_number(struct file *f, uint16_t code, uint64_t v, unsigned length)
{
	put16(f, code);
	put16(f, length);
	put_number(f, v, length);
	while (f->n % 4)
		put(f, "", 1);
}

static void section_block(struct file *f)
{
	size_t at = block_open(f, 0x0a0d0d0a);

	put32(f, 0x1a2b3c4d);
	put16(f, 1);
	put16(f, 0);
	put_number(f, UINT64_MAX, 8);
	option_text(f, 2, "a machine");
	option_text(f, 3, "an OS");
	option_text(f, 4, "a program");
	option_text(f, 1, "about the section");
	option(f, 0, "", 0);
	block_close(f, at);
}

/* An interface of nanoseconds, offset by 100 s, named. */
static void interface_block(struct file *f, uint16_t link_type, uint32_t snaplen, const char *name)
{
	size_t at = block_open(f, 1);

	put16(f, link_type);
	put16(f, 0);
	put32(f, snaplen);
	option_text(f, 2, name);
	option_text(f, 3, "the description");
	option(f, 6, "\x02\x00\x00\x00\x00\x07", 6);
	option_number(f, 8, 1000000000, 8);
	option_number(f, 9, 9, 1);
	option(f, 11, "\0tcp port 80", 12);
	option_text(f, 12, "its OS");
	option_number(f, 13, 4, 1);
	option_number(f, 14, 100, 8);
	option_text(f, 15, "its hardware");
	block_close(f, at);
}

static void plain_interface(struct file *f, uint16_t link_type, uint8_t tsresol)
{
	size_t at = block_open(f, 1);

	put16(f, link_type);
	put16(f, 0);
	put32(f, 0);
	option_number(f, 9, tsresol, 1);
	block_close(f, at);
}

static void packet_head(struct file *f, uint64_t ticks, uint32_t cap_len, uint32_t len)
{
	put32(f, (uint32_t)(ticks >> 32));
	put32(f, (uint32_t)ticks);
	put32(f, cap_len);
	put32(f, len);
	put_data(f, 0x60, cap_len);
	while (f->n % 4)
		put(f, "", 1);
}

static void packet_block(struct file *f, uint32_t interface, uint64_t ticks, uint32_t cap_len, uint32_t len)
{
	size_t at = block_open(f, 6);

	put32(f, interface);
	packet_head(f, ticks, cap_len, len);
	block_close(f, at);
}

/* ---- what the reader told ---- */

struct told {
	uint8_t raw[16 * 1024];
	size_t nraw;
	unsigned sections, interfaces, statistics, names, blocks;
	char section[200], interface[400], name[100];
	struct reader_interface last_interface;
	struct reader_statistics last_statistics;
	struct reader_block last_block;
	int stop_at_interface;
	struct frame frames[16];
	uint8_t first_octets[16];
	char comments[16][100];
	unsigned nframes;
	enum reader_status status;
	struct reader_error error;
	char container[16], compression[16];
	int drained;
};

static int on_raw(void *ctx, const uint8_t *octets, size_t n)
{
	struct told *t = ctx;

	assert_true(n <= sizeof(t->raw) - t->nraw);
	memcpy(t->raw + t->nraw, octets, n);
	t->nraw += n;
	return 0;
}

static int on_section(void *ctx, const struct reader_section *s)
{
	struct told *t = ctx;

	t->sections++;
	snprintf(t->section, sizeof(t->section), "%u %llu %d %u.%u %s|%s|%s|%s", s->number,
		(unsigned long long)s->offset, s->big_endian, s->major, s->minor,
		s->hardware ? s->hardware : "-", s->os ? s->os : "-", s->application ? s->application : "-",
		s->ncomments ? s->comments[0] : "-");
	return 0;
}

static int on_interface(void *ctx, const struct reader_interface *i)
{
	struct told *t = ctx;

	t->interfaces++;
	t->last_interface = *i;
	snprintf(t->interface, sizeof(t->interface), "%s|%s|%s|%s|%s", i->name ? i->name : "-",
		i->description ? i->description : "-", i->filter ? i->filter : "-", i->os ? i->os : "-",
		i->hardware ? i->hardware : "-");
	return t->stop_at_interface;
}

static int on_statistics(void *ctx, const struct reader_statistics *s)
{
	struct told *t = ctx;

	t->statistics++;
	t->last_statistics = *s;
	return 0;
}

static int on_name(void *ctx, const struct reader_name *n)
{
	struct told *t = ctx;
	size_t at = strlen(t->name);

	t->names++;
	snprintf(t->name + at, sizeof(t->name) - at, "%u:%u=%s ", n->address_len,
		n->address[n->address_len - 1], n->name);
	return 0;
}

static int on_block(void *ctx, const struct reader_block *b)
{
	struct told *t = ctx;

	t->blocks++;
	t->last_block = *b;
	return 0;
}

static void take_frames(struct told *t, struct reader *r)
{
	struct frame f;

	while ((t->status = reader_next(r, &f)) == READER_FRAME) {
		unsigned sum = 0;

		assert_true(f.offset + f.cap_len <= f.record_end);
		for (uint32_t i = 0; i < f.cap_len; i++)
			sum += f.data[i]; /* so that the sanitizer sees each octet read */
		assert_true(sum > 0 || f.cap_len == 0);
		if (t->nframes < 16) {
			t->frames[t->nframes] = f;
			t->first_octets[t->nframes] = f.cap_len ? f.data[0] : 0;
			for (unsigned i = 0; i < f.ncomments; i++) {
				strncat(t->comments[t->nframes], f.comments[i], 40);
				strcat(t->comments[t->nframes], ";");
			}
		}
		t->nframes++;
	}
	assert_int_equal(reader_next(r, &f), t->status); /* the answer stays */
}

/* Read it all from a file that only memory holds; false when it does not open. */
static bool read_octets(struct told *t, const uint8_t *octets, size_t n, const char *bpf)
{
	const struct reader_events events = { t, on_raw, on_section, on_interface, on_statistics, on_name,
		on_block };
	struct reader *r;
	char path[64];
	int fd = memfd_create("capture", MFD_CLOEXEC);
	bool opened;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, octets, n), n);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	opened = reader_open(&r, path, bpf, &events, &t->error) == 0;
	if (opened) {
		take_frames(t, r);
		snprintf(t->container, sizeof(t->container), "%s", reader_container(r));
		snprintf(t->compression, sizeof(t->compression), "%s", reader_compression(r));
		t->drained = reader_drain(r);
		reader_close(r);
	} else {
		assert_null(r);
	}
	close(fd);
	return opened;
}

static struct told *read_file(const struct file *f, const char *bpf)
{
	static struct told t;

	memset(&t, 0, sizeof(t));
	if (read_octets(&t, f->octets, f->n, bpf)) {
		assert_int_equal(t.nraw, f->n);
		assert_memory_equal(t.raw, f->octets, f->n);
		assert_int_equal(t.drained, 0);
	} else {
		t.status = READER_DAMAGED;
	}
	return &t;
}

/* ---- pcap ---- */

static void pcap_both_orders(void **state)
{
	(void)state;
	for (int order = 0; order < 2; order++) {
		struct file f = { .big_endian = order };
		const struct told *t;

		pcap_header(&f, 0xa1b2c3d4, 65535,
			1 | 0x24000000); /* FCS of one unit of 16 bits, and that it is there */
		pcap_record(&f, 1000000000, 999999, 60, 1500);
		pcap_record(&f, 1000000001, 1, 14, 14);
		t = read_file(&f, NULL);
		assert_int_equal(t->status, READER_END);
		assert_string_equal(t->container, "pcap");
		assert_string_equal(t->compression, "");
		assert_int_equal(t->nframes, 2);
		assert_int_equal(t->frames[0].time_ns, INT64_C(1000000000999999000));
		assert_true(t->frames[0].has_time);
		assert_false(t->frames[0].has_interface);
		assert_int_equal(t->frames[0].offset, 24 + 16);
		assert_int_equal(t->frames[0].record_end, 24 + 16 + 60);
		assert_int_equal(t->frames[0].cap_len, 60);
		assert_int_equal(t->frames[0].len, 1500);
		assert_int_equal(t->frames[0].link_type, 1);
		assert_int_equal(t->first_octets[0], 0x40);
		assert_int_equal(t->frames[1].offset, 24 + 16 + 60 + 16);
		assert_int_equal(t->sections, 1);
		assert_int_equal(t->interfaces, 1);
		assert_int_equal(t->last_interface.snaplen, 65535);
		assert_int_equal(t->last_interface.tsresol, 6);
		assert_true(t->last_interface.has_fcs_len);
		assert_int_equal(t->last_interface.fcs_len, 4);
		assert_string_equal(t->section, order ? "0 0 1 2.4 -|-|-|-" : "0 0 0 2.4 -|-|-|-");
	}
}

static void pcap_nanoseconds(void **state)
{
	(void)state;
	for (int order = 0; order < 2; order++) {
		struct file f = { .big_endian = order };
		const struct told *t;

		pcap_header(&f, 0xa1b23c4d, 0, 101);
		pcap_record(&f, 0xffffffff, 123456789, 20, 20); /* unsigned: the year 2106 */
		t = read_file(&f, NULL);
		assert_string_equal(t->container, "nsecpcap");
		assert_int_equal(t->nframes, 1);
		assert_int_equal(t->frames[0].time_ns, INT64_C(4294967295123456789));
		assert_int_equal(t->frames[0].link_type, 101); /* LINKTYPE_RAW, not a DLT_ value */
		assert_int_equal(t->last_interface.ticks_per_second, 1000000000);
	}
}

static void pcap_modified(void **state)
{
	struct file f = { 0 };
	const struct told *t;

	(void)state;
	pcap_header(&f, 0xa1b2cd34, 65535, 1);
	for (unsigned i = 0; i < 3; i++) {
		put32(&f, 100 + i);
		put32(&f, 0);
		put32(&f, 40);
		put32(&f, 40);
		put32(&f, 2);      /* interface index */
		put16(&f, 0x0800); /* protocol */
		put16(&f, 0);      /* packet type, padding */
		put_data(&f, 0x40, 40);
	}
	t = read_file(&f, NULL);
	assert_string_equal(t->container, "modpcap");
	assert_int_equal(t->nframes, 3);
	assert_int_equal(t->frames[2].offset, 24 + 3 * 24 + 2 * 40);
	assert_int_equal(t->frames[2].time_ns, INT64_C(102000000000));
	assert_int_equal(t->first_octets[2], 0x40);
	/* RedHat 6.1 wrote the same records under the plain magic. */
	f.n = 0;
	pcap_header(&f, 0xa1b2c3d4, 65535, 1);
	f.n = 24 + 3 * (24 + 40);
	t = read_file(&f, NULL);
	assert_string_equal(t->container, "rh6_1pcap");
	assert_int_equal(t->nframes, 3);
}

static void pcap_beyond_snaplen(void **state)
{
	struct file f = { 0 };
	const struct told *t;

	(void)state;
	pcap_header(&f, 0xa1b2c3d4, 32, 1);
	pcap_record(&f, 1, 0, 60, 60);
	pcap_record(&f, 2, 0, 60, 20);
	t = read_file(&f, NULL);
	assert_int_equal(t->status, READER_END);
	assert_int_equal(t->nframes, 2);
	assert_int_equal(t->frames[0].cap_len, 60); /* all that the file has */
	assert_int_equal(t->frames[1].len, 20);     /* a lie of the file's, and kept */
}

static void pcap_pseudo_header(void **state)
{
	struct file f = { 0 };
	const struct told *t;

	(void)state;
	pcap_header(&f, 0xa1b2c3d4, 65535, 139); /* MTP2 with pseudo-header: 4 octets */
	pcap_record(&f, 1, 0, 20, 24);
	pcap_record(&f, 1, 0, 2, 2); /* too short for it */
	t = read_file(&f, NULL);
	assert_int_equal(t->nframes, 2);
	assert_int_equal(t->frames[0].pseudo_len, 4);
	assert_int_equal(t->frames[0].cap_len, 16);
	assert_int_equal(t->frames[0].len, 20);
	assert_int_equal(t->frames[0].offset, 24 + 16 + 4);
	assert_int_equal(t->first_octets[0], 0x44);
	assert_int_equal(t->frames[1].pseudo_len, 0);
	assert_int_equal(t->frames[1].cap_len, 2);
}

static void pcap_too_large(void **state)
{
	struct file f = { 0 };
	const struct told *t;

	(void)state;
	pcap_header(&f, 0xa1b2c3d4, 65535, 1);
	for (int i = 0; i < 3; i++)
		pcap_record(&f, 1, 0, 60, 60);
	pcap_record(&f, 1, 0, 60, 60);
	memset(f.octets + 24 + 3 * 76 + 8, 0xff, 4);
	t = read_file(&f, NULL);
	assert_int_equal(t->status, READER_DAMAGED);
	assert_int_equal(t->nframes, 3);
	assert_int_equal(t->error.offset, 24 + 3 * 76);
	assert_non_null(strstr(t->error.reason, "4294967295"));
}

/* ---- pcapng ---- */

static void ng_packets(struct file *f)
{
	size_t at;

	section_block(f);
	interface_block(f, 1, 32, "eth0");
	plain_interface(f, 101, 0x8a); /* 2^-10 s */
	at = block_open(f, 6);         /* enhanced: options */
	put32(f, 0);
	packet_head(f, UINT64_C(1500000000123456789), 21, 1500);
	option_text(f, 1, "first");
	option_text(f, 1, "second");
	option_number(f, 2, 0x00000041, 4);
	option_number(f, 4, 7, 8);
	option_number(f, 5, 0x1122334455667788, 8);
	option(f, 0, "", 0);
	block_close(f, at);
	at = block_open(f, 3); /* simple: length 100, cut at the snaplen of 32 */
	put32(f, 100);
	put_data(f, 0x70, 32);
	block_close(f, at);
	at = block_open(f, 2); /* obsolete: interface 1, 5 drops */
	put16(f, 1);
	put16(f, 5);
	packet_head(f, 1024 * 5 + 512, 20, 20);
	block_close(f, at);
}

static void ng_packet_blocks(void **state)
{
	(void)state;
	for (int order = 0; order < 2; order++) {
		struct file f = { .big_endian = order };
		const struct told *t;

		ng_packets(&f);
		t = read_file(&f, NULL);
		assert_int_equal(t->status, READER_END);
		assert_string_equal(t->container, "pcapng");
		assert_string_equal(
			t->section, order ? "0 0 1 1.0 a machine|an OS|a program|about the section"
					  : "0 0 0 1.0 a machine|an OS|a program|about the section");
		assert_int_equal(t->interfaces, 2);
		assert_int_equal(t->last_interface.ticks_per_second, 1024);
		assert_int_equal(t->last_interface.id, 1);
		assert_int_equal(t->nframes, 3);
		assert_int_equal(
			t->frames[0].time_ns, INT64_C(1500000100123456789)); /* and the offset of 100 s */
		assert_string_equal(t->comments[0], "first;second;");
		assert_true(t->frames[0].has_flags && t->frames[0].has_drops && t->frames[0].has_packet_id);
		assert_int_equal(t->frames[0].flags, 0x41);
		assert_int_equal(t->frames[0].drops, 7);
		assert_int_equal(t->frames[0].packet_id, 0x1122334455667788);
		assert_int_equal(t->frames[0].cap_len, 21);
		assert_int_equal(t->first_octets[0], 0x60);
		assert_memory_equal(t->raw + t->frames[0].offset, "\x60\x61\x62", 3);
		assert_false(t->frames[1].has_time);
		assert_int_equal(t->frames[1].cap_len, 32);
		assert_int_equal(t->frames[1].len, 100);
		assert_int_equal(t->frames[1].interface, 0);
		assert_int_equal(t->first_octets[1], 0x70);
		assert_int_equal(t->frames[2].time_ns, INT64_C(5500000000));
		assert_int_equal(t->frames[2].interface, 1);
		assert_int_equal(t->frames[2].drops, 5);
		assert_int_equal(t->frames[2].link_type, 101);
	}
}

static void ng_interface_options(void **state)
{
	struct file f = { .big_endian = true };
	const struct told *t;

	(void)state;
	section_block(&f);
	interface_block(&f, 1, 262144, "eth0");
	t = read_file(&f, NULL);
	assert_string_equal(t->interface, "eth0|the description|tcp port 80|its OS|its hardware");
	assert_int_equal(t->last_interface.snaplen, 262144);
	assert_true(t->last_interface.has_mac);
	assert_memory_equal(t->last_interface.mac, "\x02\x00\x00\x00\x00\x07", 6);
	assert_int_equal(t->last_interface.speed, 1000000000);
	assert_int_equal(t->last_interface.tsresol, 9);
	assert_int_equal(t->last_interface.offset_seconds, 100);
	assert_true(t->last_interface.has_fcs_len);
	assert_int_equal(t->last_interface.fcs_len, 4);
}

static void ng_two_sections(void **state)
{
	struct file f = { 0 };
	const struct told *t;

	(void)state;
	section_block(&f);
	interface_block(&f, 1, 0, "eth0");
	interface_block(&f, 1, 0, "eth1");
	packet_block(&f, 1, 0, 60, 60);
	f.big_endian = true; /* each section has its own byte order and its own interfaces */
	section_block(&f);
	plain_interface(&f, 113, 6);
	packet_block(&f, 0, 1000001, 16, 16);
	packet_block(&f, 1, 0, 16, 16); /* of the first section only: damage */
	t = read_file(&f, NULL);
	assert_int_equal(t->sections, 2);
	assert_int_equal(t->interfaces, 3);
	assert_int_equal(t->last_interface.number, 2);
	assert_int_equal(t->last_interface.section, 1);
	assert_int_equal(t->last_interface.id, 0);
	assert_int_equal(t->nframes, 2);
	assert_int_equal(t->frames[1].interface, 2);
	assert_int_equal(t->frames[1].link_type, 113);
	assert_int_equal(t->frames[1].time_ns, INT64_C(1000001000));
	assert_int_equal(t->status, READER_DAMAGED);
	assert_int_equal(t->error.offset, f.n - 48);
}

static void ng_other_blocks(struct file *f)
{
	size_t at;

	section_block(f);
	plain_interface(f, 1, 6);
	at = block_open(f, 4); /* names: 10.0.0.9 twice, ::8, end, an option */
	put16(f, 1);
	put16(f, 4 + 2 + 2);
	put(f,
		"\x0a\0\0\x09"
		"a\0b",
		8);
	put16(f, 2);
	put16(f, 16 + 3);
	put(f,
		"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x08"
		"v6\0",
		20);
	put32(f, 0);
	option_text(f, 2, "a server");
	block_close(f, at);
	at = block_open(f, 5); /* statistics */
	put32(f, 0);
	put32(f, 0);
	put32(f, 2000000);
	put16(f, 2); /* isb_starttime: high, low */
	put16(f, 8);
	put32(f, 0);
	put32(f, 1000000);
	option_number(f, 4, 1000, 8);
	option_number(f, 5, 3, 8);
	block_close(f, at);
	at = block_open(f, 10); /* secrets: TLS key log */
	put32(f, 0x544c534b);
	put32(f, 5);
	put(f, "CLIEN", 5);
	block_close(f, at);
	at = block_open(f, 0x00077777); /* of nobody's */
	put32(f, 1);
	block_close(f, at);
	at = block_open(f, 0x00000bad); /* custom: enterprise number, data */
	put32(f, 32473);
	put(f, "customer", 8);
	block_close(f, at);
	at = block_open(f, 9);
	put(f, "__REALTIME_TIMESTAMP=1500000000123456\nMESSAGE=x\n", 48);
	put(f, "y", 1);
	block_close(f, at);
}

static void ng_blocks_beside_packets(void **state)
{
	(void)state;
	for (int order = 0; order < 2; order++) {
		struct file f = { .big_endian = order };
		const struct told *t;

		ng_other_blocks(&f);
		packet_block(&f, 0, 1, 60, 60);
		t = read_file(&f, NULL);
		assert_int_equal(t->status, READER_END);
		assert_string_equal(t->name, "4:9=a 4:9=b 16:8=v6 ");
		assert_int_equal(t->statistics, 1);
		assert_int_equal(t->last_statistics.time_ns, INT64_C(2000000000));
		assert_int_equal(t->last_statistics.start_ns, INT64_C(1000000000));
		assert_int_equal(t->last_statistics.end_ns, INT64_MIN);
		assert_int_equal(t->last_statistics.received, 1000);
		assert_int_equal(t->last_statistics.dropped, 3);
		assert_int_equal(t->last_statistics.os_dropped, UINT64_MAX);
		assert_int_equal(t->blocks, 4);
		assert_int_equal(t->last_block.type, 9);
		assert_int_equal(t->nframes, 3);
		assert_int_equal(t->frames[0].kind, FRAME_CUSTOM);
		assert_int_equal(t->frames[0].cap_len, 8);
		assert_int_equal(t->first_octets[0], 'c');
		assert_false(t->frames[0].has_time || t->frames[0].has_interface);
		assert_int_equal(t->frames[1].kind, FRAME_JOURNAL);
		assert_int_equal(t->frames[1].cap_len, 49); /* without the padding */
		assert_int_equal(t->frames[1].time_ns, INT64_C(1500000000123456000));
		assert_int_equal(t->frames[2].kind, FRAME_PACKET);
	}
}

static void ng_resolutions(void **state)
{
	static const struct {
		uint8_t tsresol;
		uint64_t ticks;
		int64_t want;
	} cases[] = {
		{ 0, 5, INT64_C(5000000000) }, { 3, 1500000000123, INT64_C(1500000000123000000) },
		{ 9, UINT64_C(1) << 62, INT64_C(1) << 62 },
		{ 12, 1500000000123456789, INT64_C(1500000000123456) },
		{ 19, UINT64_MAX, INT64_C(1844674407) },
		{ 20, UINT64_MAX, INT64_C(184467440) }, /* 10^20 does not fit in 64 bits */
		{ 127, UINT64_MAX, 0 },
		{ 0x80 | 32, (UINT64_C(3) << 32) + (UINT64_C(1) << 31), INT64_C(3500000000) },
		{ 0x80 | 63, UINT64_MAX, INT64_C(1999999999) },
		{ 0x80 | 64, UINT64_C(1) << 63, INT64_C(500000000) }, { 0xff, UINT64_MAX, 0 },
		{ 0, UINT64_MAX, INT64_MAX }, /* held at the end of the range */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct file f = { 0 };
		const struct told *t;

		section_block(&f);
		plain_interface(&f, 1, cases[i].tsresol);
		packet_block(&f, 0, cases[i].ticks, 60, 60);
		t = read_file(&f, NULL);
		assert_int_equal(t->nframes, 1);
		assert_int_equal(t->frames[0].time_ns, cases[i].want);
	}
}

/* A block whose length leaves the padding out, and one whose two lengths differ. */
static void ng_lengths(void **state)
{
	struct file f = { 0 };
	const struct told *t;
	size_t at;

	(void)state;
	section_block(&f);
	plain_interface(&f, 1, 6);
	at = f.n;
	packet_block(&f, 0, 1, 61, 61);
	f.octets[at + 4] -= 3;
	f.octets[f.n - 4] -= 3;
	at = f.n;
	packet_block(&f, 0, 1, 60, 60);
	f.octets[f.n - 4] += 4;
	t = read_file(&f, NULL);
	assert_int_equal(t->nframes, 1);
	assert_int_equal(t->frames[0].cap_len, 61);
	assert_int_equal(t->status, READER_DAMAGED);
	assert_int_equal(t->error.offset, at);
}

/* ---- cut at every octet ---- */

static void cut_everywhere(const struct file *f, const char *bpf, bool records_only)
{
	const struct told *whole = read_file(f, bpf);
	unsigned frames = whole->nframes;
	size_t n;

	assert_int_equal(whole->status, READER_END);
	for (n = 0; n < f->n; n++) {
		struct file *cut = malloc(sizeof(*cut));
		const struct told *t;

		assert_non_null(cut);
		*cut = *f;
		cut->n = n;
		t = read_file(cut, bpf);
		free(cut);
		assert_true(t->nframes <= frames);
		if (t->status == READER_END) {
			assert_true(t->nframes < frames || !records_only); /* a whole record is missing */
			continue;
		}
		assert_int_equal(t->status, READER_DAMAGED);
		assert_true(t->error.reason[0]);
		assert_true(t->error.offset <= n);
		assert_true(t->nframes || t->error.not_a_capture || t->error.offset > 0);
	}
}

static void cut_pcap(void **state)
{
	struct file f = { 0 };

	(void)state;
	pcap_header(&f, 0xa1b2c3d4, 65535, 1);
	for (int i = 0; i < 4; i++)
		pcap_record(&f, 1, 0, 30, 60);
	cut_everywhere(&f, NULL, true);
}

static void cut_pcapng(void **state)
{
	struct file f = { 0 }, g = { .big_endian = true };

	(void)state;
	ng_packets(&f);
	cut_everywhere(&f, NULL, true);
	cut_everywhere(&f, "len >= 0", true);
	ng_other_blocks(&g);
	cut_everywhere(&g, NULL, false);
}

/* Every octet in turn set to values that hurt: whatever comes of it, no report of a sanitizer and an end. */
static void every_octet_wrong(void **state)
{
	static const uint8_t values[] = { 0x00, 0x01, 0x7f, 0xff };
	struct file f = { 0 };

	(void)state;
	ng_other_blocks(&f);
	ng_packets(&f);
	for (size_t at = 0; at < f.n; at++)
		for (size_t v = 0; v < sizeof(values); v++) {
			uint8_t before = f.octets[at];
			const struct told *t;

			f.octets[at] = values[v];
			t = read_file(&f, NULL);
			assert_true(t->status == READER_END || t->error.reason[0]);
			f.octets[at] = before;
		}
}

/* ---- compressed ---- */

static size_t gzip(uint8_t *to, size_t room, const uint8_t *from, size_t n)
{
	z_stream z = {
		.next_in = (uint8_t *)from, .avail_in = (uInt)n, .next_out = to, .avail_out = (uInt)room
	};

	assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	deflateEnd(&z);
	return room - z.avail_out;
}

static void gzip_members(void **state)
{
	struct file f = { 0 };
	uint8_t packed[4096];
	static struct told t;
	size_t n, half;

	(void)state;
	ng_packets(&f);
	half = f.n / 2;
	n = gzip(packed, sizeof(packed), f.octets, half);
	n += gzip(packed + n, sizeof(packed) - n, f.octets + half, f.n - half);
	for (size_t cut = 2; cut <= n; cut++) {
		memset(&t, 0, sizeof(t));
		if (!read_octets(&t, packed, cut, NULL)) {
			assert_true(t.error.reason[0]);
			continue;
		}
		assert_memory_equal(t.raw, f.octets, t.nraw);
		assert_string_equal(t.compression, "gzip");
		if (cut < n)
			assert_true(t.status == READER_DAMAGED || t.nraw == half);
	}
	assert_int_equal(t.status, READER_END);
	assert_int_equal(t.nframes, 3);
	assert_int_equal(t.nraw, f.n);
	assert_int_equal(t.drained, 0);
	memset(packed + n, 0, 512); /* padding behind it, as from a tape */
	memset(&t, 0, sizeof(t));
	assert_true(read_octets(&t, packed, n + 512, NULL));
	assert_int_equal(t.status, READER_END);
	assert_int_equal(t.nframes, 3);
	packed[n - 6] ^= 1; /* the check sum of the second member */
	memset(&t, 0, sizeof(t));
	assert_true(read_octets(&t, packed, n, NULL));
	assert_int_equal(t.drained, -1);
}

/* ---- filter, stop, refusal, probe ---- */

static void udp_record(struct file *f, uint8_t protocol)
{
	uint8_t frame[42] = { [12] = 0x08, [14] = 0x45, [17] = 28, [22] = 64, [23] = protocol };

	put32(f, 1);
	put32(f, 0);
	put32(f, sizeof(frame));
	put32(f, sizeof(frame));
	put(f, frame, sizeof(frame));
}

static void filters(void **state)
{
	struct file f = { 0 }, g = { 0 };
	const struct told *t;

	(void)state;
	pcap_header(&f, 0xa1b2c3d4, 65535, 1);
	udp_record(&f, 17);
	udp_record(&f, 6);
	udp_record(&f, 17);
	t = read_file(&f, "udp");
	assert_int_equal(t->nframes, 2);
	assert_int_equal(t->frames[1].offset, 24 + 2 * (16 + 42) + 16);
	t = read_file(&f, "udp and (");
	assert_int_equal(t->status, READER_DAMAGED);
	assert_non_null(strstr(t->error.reason, "filter"));
	assert_false(t->error.not_a_capture);
	t = read_file(&f, "wlan type data"); /* good, but not for Ethernet */
	assert_int_equal(t->nframes, 0);
	assert_non_null(strstr(t->error.reason, "filter"));
	ng_packets(&g); /* two link types, a program for each */
	t = read_file(&g, "len == 20 or len == 100");
	assert_int_equal(t->nframes, 2);
	assert_int_equal(t->frames[0].link_type, 1);
	assert_int_equal(t->frames[1].link_type, 101);
	t = read_file(&g, "wlan type data");
	assert_int_equal(t->status, READER_DAMAGED);
	assert_non_null(strstr(t->error.reason, "filter"));
}

static void stopped_by_callback(void **state)
{
	struct file f = { 0 };
	struct told t = { .stop_at_interface = 1 };

	(void)state;
	ng_packets(&f);
	assert_true(read_octets(&t, f.octets, f.n, NULL));
	assert_int_equal(t.status, READER_STOPPED);
	assert_int_equal(t.interfaces, 1);
	assert_int_equal(t.nraw, f.n); /* drained */
}

static void refused(void **state)
{
	static const char *const texts[] = { "", "x", "not a capture at all",
		"\x0a\x0d\x0d\x0a and then nothing of it" };
	struct reader *r;
	struct reader_error error;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct file f = { 0 };
		const struct told *t;

		put(&f, texts[i], strlen(texts[i]));
		t = read_file(&f, NULL);
		assert_true(t->error.not_a_capture);
		assert_true(t->error.reason[0]);
	}
	assert_int_equal(reader_open(&r, "/nowhere/at/all", NULL, NULL, &error), -1);
	assert_false(error.not_a_capture);
	assert_non_null(strstr(error.reason, "No such file"));
	assert_int_equal(reader_probe("/nowhere/at/all"), -1);
	reader_close(NULL);
}

static int probe_octets(const uint8_t *octets, size_t n)
{
	char path[64];
	int fd = memfd_create("probe", MFD_CLOEXEC), rc;

	assert_int_equal(write(fd, octets, n), n);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	rc = reader_probe(path);
	close(fd);
	return rc;
}

static void probes(void **state)
{
	struct file f = { .big_endian = true }, g = { 0 };
	uint8_t packed[4096];

	(void)state;
	pcap_header(&f, 0xa1b2c3d4, 65535, 1);
	section_block(&g);
	assert_int_equal(probe_octets(f.octets, f.n), 1);
	assert_int_equal(probe_octets(g.octets, g.n), 1);
	assert_int_equal(probe_octets(packed, gzip(packed, sizeof(packed), g.octets, g.n)), 1);
	assert_int_equal(probe_octets((const uint8_t *)"#!/bin/sh\n", 10), 0);
	assert_int_equal(probe_octets((const uint8_t *)"", 0), 0);
}

static void encaps_in_order(void **state)
{
	(void)state;
	assert_int_equal(encap_of(1)->number, 1);
	assert_string_equal(encap_of(1)->name, "ether");
	assert_string_equal(encap_of(1)->title, "Ethernet");
	assert_int_equal(encap_of(113)->number, 25);
	assert_int_equal(encap_of(276)->number, 210);
	assert_int_equal(encap_of(0)->number, 15);
	assert_int_equal(encap_of(65000)->number, 0);
	assert_int_equal(encap_of(65000)->link_type, 65000);
	for (unsigned link_type = 0; link_type < 400; link_type++)
		assert_int_equal(encap_of((uint16_t)link_type)->link_type, link_type);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pcap_both_orders),
		cmocka_unit_test(pcap_nanoseconds),
		cmocka_unit_test(pcap_modified),
		cmocka_unit_test(pcap_beyond_snaplen),
		cmocka_unit_test(pcap_pseudo_header),
		cmocka_unit_test(pcap_too_large),
		cmocka_unit_test(ng_packet_blocks),
		cmocka_unit_test(ng_interface_options),
		cmocka_unit_test(ng_two_sections),
		cmocka_unit_test(ng_blocks_beside_packets),
		cmocka_unit_test(ng_resolutions),
		cmocka_unit_test(ng_lengths),
		cmocka_unit_test(cut_pcap),
		cmocka_unit_test(cut_pcapng),
		cmocka_unit_test(every_octet_wrong),
		cmocka_unit_test(gzip_members),
		cmocka_unit_test(filters),
		cmocka_unit_test(stopped_by_callback),
		cmocka_unit_test(refused),
		cmocka_unit_test(probes),
		cmocka_unit_test(encaps_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
