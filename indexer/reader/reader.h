/* Reading captures: compressed or not, pcap or pcapng, file or pipe; frames come out one by one, and all that
 * a capture says beside its frames as events, in the order of the file.
 *
 * The raw octets of the (decompressed) file pass to `on_raw` as they are read, each once and in order, also
 * those behind a damage, so that the caller can store and hash the whole file in the same pass. */
#ifndef PCAPDEX_READER_H
#define PCAPDEX_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Wireshark numbers these records as frames too, though no interface captured them. */
enum frame_kind {
	FRAME_PACKET,
	FRAME_CUSTOM,  /* pcapng custom block: data behind the enterprise number */
	FRAME_JOURNAL, /* pcapng systemd journal export block: its text */
	FRAME_SYSDIG   /* pcapng block of a sysdig event: its parameters */
};

/* One record of the capture. Pointers are valid until the next reader_next(). */
struct frame {
	enum frame_kind kind; /* other than FRAME_PACKET: interface is UINT32_MAX and link_type 0xffff */
	int64_t time_ns;  /* since 1970-01-01 00:00:00 UTC; 0 when the record has none (pcapng simple packet);
			   * held at INT64_MIN + 1 or INT64_MAX when out of range */
	int32_t fraction; /* nanoseconds of the record where they are no fraction of a second (below 0, a
			   * second and more), which is damage; time_ns has them added. 0: they are one */
	uint64_t offset;  /* of data[0] in the decompressed file */
	uint64_t record_end; /* offset behind the record; a raw chunk may be cut here */
	const uint8_t *data; /* cap_len octets */
	uint32_t cap_len;    /* octets captured */
	uint32_t len;        /* octets on the wire */
	uint32_t claimed;    /* the same as the record says it: Wireshark shows no more than INT32_MAX, but
			      * counts    all in its hierarchy */
	uint8_t pseudo_len;  /* octets before data[0] that are a pseudo-header of the link type (MTP2, ERF,
			      * ...), which  Wireshark counts in neither length: data[-pseudo_len] is where the
			      * record began */
	uint32_t interface;  /* index over the whole file into the announced interfaces */
	uint16_t link_type;  /* LINKTYPE_ value of the file (www.tcpdump.org/linktypes.html) */
	bool has_interface;  /* pcapng: frame.interface_id is shown; pcap: not */
	bool has_flags;      /* pcapng epb_flags present */
	bool has_time;       /* false for pcapng simple packet, custom and some journal blocks */
	uint32_t flags;      /* epb_flags */
	uint64_t packet_id;  /* epb_packetid */
	bool has_packet_id;
	uint64_t drops; /* epb_dropcount */
	bool has_drops;
	unsigned ncomments;
	const char *const *comments; /* UTF-8 as in the file, NUL-terminated */
};

struct reader_section {  /* pcapng SHB; pcap has one, with all texts NULL */
	unsigned number; /* 0, 1, ... */
	uint64_t offset; /* of the block */
	bool big_endian;
	uint16_t major, minor;
	const char *hardware, *os, *application;
	unsigned ncomments;
	const char *const *comments;
};

struct reader_interface {         /* pcapng IDB; pcap has one made of its header */
	unsigned section, number; /* both count over the file */
	unsigned id; /* within the section: what tshark's frame.interface_id shows, in each section from
		      * 0 (tshark's frame.interface_name then is that of the file's first section) */
	uint16_t link_type;
	uint32_t snaplen; /* 0: no limit */
	const char *name, *description, *filter, *os, *hardware;
	uint8_t mac[6];
	bool has_mac;
	uint64_t speed;            /* bit/s, 0 unknown */
	uint64_t ticks_per_second; /* 1000000 microseconds, ...; 0: more than fit in here */
	uint8_t tsresol;           /* raw if_tsresol, 6 by default, 9 for nanosecond pcap */
	int64_t offset_seconds;    /* if_tsoffset */
	uint8_t fcs_len;           /* if_fcslen or pcap's FCS bits, octets; 0 none or unknown */
	bool has_fcs_len;
	unsigned ncomments;
	const char *const *comments;
};

struct reader_statistics {                 /* pcapng ISB; a count that is absent is UINT64_MAX */
	unsigned interface;                /* number over the file */
	int64_t time_ns, start_ns, end_ns; /* INT64_MIN: absent */
	uint64_t received, dropped, filter_accepted, os_dropped, delivered;
};

struct reader_name {         /* pcapng NRB entry */
	uint8_t address_len; /* 4 IPv4, 16 IPv6, 6 MAC, 8 EUI-64 */
	uint8_t address[16];
	const char *name;
};

struct reader_block { /* a block kept only as raw octets: secrets, unknown, custom, systemd journal ... */
	uint32_t type;
	uint64_t offset;
	uint32_t length;       /* whole block */
	uint32_t secrets_type; /* DSB: its type (0x544c534b TLS key log), else 0 */
};

/* What the owner of a reader gets to hear. Any may be NULL. A callback that returns non-zero stops the
 * reading; reader_next() then returns READER_STOPPED. on_raw is called from reader_open() already, the others
 * are not. */
struct reader_events {
	void *ctx;
	int (*on_raw)(void *ctx, const uint8_t *octets, size_t n);
	int (*on_section)(void *ctx, const struct reader_section *);
	int (*on_interface)(void *ctx, const struct reader_interface *);
	int (*on_statistics)(void *ctx, const struct reader_statistics *);
	int (*on_name)(void *ctx, const struct reader_name *);
	int (*on_block)(void *ctx, const struct reader_block *);
	int (*on_interrupt)(
		void *ctx); /* asked now and then while waiting for input: shall the reading stop? */
};

/* Where and why reading ended early. */
struct reader_error {
	uint64_t offset;    /* in the decompressed file */
	bool not_a_capture; /* nothing of it could be read as a capture */
	char reason[256];   /* "cut short in the middle of a packet", ... */
};

enum reader_status {
	READER_FRAME = 1,
	READER_END = 0,
	READER_DAMAGED = -1, /* see reader_error; frames until here are good */
	READER_STOPPED = -2  /* a callback asked for it */
};

struct reader;

/* Open `path` ("-": standard input). bpf: a libpcap filter expression or NULL; frames that do not match are
 * passed over (and not numbered); where the expression cannot hold on a link type, no frame of that type
 * matches, and where it can hold on none of the capture's, that is an error. Returns 0, or -1 with *error
 * filled; *error is also the reader's own place for later damage and must outlive it. A file that is no
 * capture gives -1 with not_a_capture. */
int reader_open(struct reader **out, const char *path, const char *bpf, const struct reader_events *events,
	struct reader_error *error);

/* The next frame. */
enum reader_status reader_next(struct reader *r, struct frame *frame);

/* After READER_DAMAGED or READER_STOPPED: pass the rest of the file to on_raw. 0, or -1 when the input itself
 * (disk, decompressor) fails. */
int reader_drain(struct reader *r);

/* Octets consumed of the file on disk (compressed size), for progress; *total is 0 when unknown (a pipe). */
void reader_progress(const struct reader *r, uint64_t *done, uint64_t *total);

/* "pcap", "nsecpcap", "modpcap", "pcapng", ... (capinfos' short names) and the compression ("", "gzip",
 * "zstd", "lz4"). */
const char *reader_container(const struct reader *r);
const char *reader_compression(const struct reader *r);

/* Does the file begin like a capture (compressed ones too)? For folders. 1 yes, 0 no, -1 unreadable (errno).
 */
int reader_probe(const char *path);

void reader_close(struct reader *r); /* takes NULL */

#endif
